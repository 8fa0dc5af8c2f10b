package reynard.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The kinds of events that legacy webhooks are told of, each with what it must be given.
enum HookEvent {
    SUBSCRIBER_ACTIVATE("subscriber.subscriber_activate", Parameter.NONE),
    SUBSCRIBER_UNSUBSCRIBE("subscriber.subscriber_unsubscribe", Parameter.NONE),
    SUBSCRIBER_BOUNCE("subscriber.subscriber_bounce", Parameter.NONE),
    SUBSCRIBER_COMPLAIN("subscriber.subscriber_complain", Parameter.NONE),
    FORM_SUBSCRIBE("subscriber.form_subscribe", Parameter.FORM),
    COURSE_SUBSCRIBE("subscriber.course_subscribe", Parameter.SEQUENCE),
    COURSE_COMPLETE("subscriber.course_complete", Parameter.SEQUENCE),
    LINK_CLICK("subscriber.link_click", Parameter.LINK),
    PRODUCT_PURCHASE("subscriber.product_purchase", Parameter.PRODUCT),
    TAG_ADD("subscriber.tag_add", Parameter.TAG),
    TAG_REMOVE("subscriber.tag_remove", Parameter.TAG),
    PURCHASE_CREATE("purchase.purchase_create", Parameter.NONE),
    FIELD_CREATED("custom_field.field_created", Parameter.NONE),
    FIELD_DELETED("custom_field.field_deleted", Parameter.NONE),
    FIELD_VALUE_UPDATED("custom_field.field_value_updated", Parameter.CUSTOM_FIELD);

    static final List<String> NAMES =
            Arrays.stream(values()).map(HookEvent::wireName).toList();

    /// What narrows the events down to those of one thing.
    enum Parameter {
        NONE(""),
        FORM("form_id"),
        SEQUENCE("sequence_id"),
        LINK("initiator_value"),
        PRODUCT("product_id"),
        TAG("tag_id"),
        CUSTOM_FIELD("custom_field_id");

        private final String key;

        Parameter(String key) {
            this.key = key;
        }

        /// Its name at the wire.
        String key() {
            return key;
        }
    }

    private final String wireName;
    private final Parameter parameter;

    HookEvent(String wireName, Parameter parameter) {
        this.wireName = wireName;
        this.parameter = parameter;
    }

    String wireName() {
        return wireName;
    }

    /// As answers show it: without what stands before the dot.
    String shortName() {
        return wireName.substring(wireName.indexOf('.') + 1);
    }

    Parameter parameter() {
        return parameter;
    }

    static Optional<HookEvent> named(String name) {
        return Arrays.stream(values())
                .filter(event -> event.wireName.equals(name))
                .findFirst();
    }
}
