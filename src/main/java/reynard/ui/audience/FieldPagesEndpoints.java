package reynard.ui.audience;

import java.util.Optional;
import reynard.db.Database;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.CustomFieldId;
import reynard.subscriber.CustomFields;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;

/// The custom fields of an account.
public final class FieldPagesEndpoints {
    private static final int LABEL_MAX = 255;
    private static final String TAKEN = "Another field has this label, or one that gives the same key.";
    private static final String NO_KEY = "Must have a letter or digit to make a key of.";

    private final Database database;
    private final CustomFields fields;
    private final Desk desk;

    public FieldPagesEndpoints(Database database, CustomFields fields, Desk desk) {
        this.database = database;
        this.fields = fields;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/fields", visit -> visit.page("ui/audience/fields.jte", page(visit, Form.empty(), 0)));
        desk.form(routes, "/fields", this::create);
        desk.form(routes, "/fields/{id}", this::relabel);
        desk.form(routes, "/fields/{id}/delete", this::delete);
    }

    private FieldListPage page(Desk.Visit visit, Form form, long changed) {
        return new FieldListPage(
                visit.frame("Custom fields", Section.PEOPLE),
                form,
                changed,
                database.read(tx -> fields.all(tx, visit.account())).stream()
                        .map(field -> new FieldListPage.Row(
                                field.id().value(), field.label(), "{{ subscriber." + field.key() + " }}"))
                        .toList());
    }

    private static Optional<String> label(Form form) {
        var label = form.value("label").strip();
        if (label.isEmpty() || label.length() > LABEL_MAX || label.chars().anyMatch(Character::isISOControl)) {
            form.fault("label", "Must be 1 to " + LABEL_MAX + " characters on one line.");
            return Optional.empty();
        }
        return Optional.of(label);
    }

    private Reply create(Desk.Visit visit, Form form) {
        var label = label(form);
        if (label.isPresent()) {
            switch (fields.create(visit.account(), label.get())) {
                case CustomFields.Creation.Created(var field) -> {
                    return visit.done("/fields", "“" + field.label() + "” is there.");
                }
                case CustomFields.Creation.Existing _ -> form.fault("label", TAKEN);
                case CustomFields.Creation.NoKey _ -> form.fault("label", NO_KEY);
            }
        }
        return visit.refusal("ui/audience/fields.jte", page(visit, form, 0));
    }

    private Reply relabel(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", CustomFieldId::new);
        var label = label(form);
        if (label.isPresent()) {
            switch (fields.relabel(visit.account(), id, label.get())) {
                case CustomFields.Relabelling.Relabelled _ -> {
                    return visit.done("/fields", "Renamed.");
                }
                case CustomFields.Relabelling.NoSuchField _ -> {
                    return visit.noSuchPage();
                }
                case CustomFields.Relabelling.LabelTaken _ -> form.fault("label", TAKEN);
                case CustomFields.Relabelling.NoKey _ -> form.fault("label", NO_KEY);
            }
        }
        return visit.refusal("ui/audience/fields.jte", page(visit, form, id.value()));
    }

    private Reply delete(Desk.Visit visit, Form form) {
        return fields.delete(visit.account(), visit.request().path("id", CustomFieldId::new))
                ? visit.done("/fields", "Deleted, with everything that was in it.")
                : visit.noSuchPage();
    }
}
