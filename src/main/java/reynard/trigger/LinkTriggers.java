package reynard.trigger;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.UnaryOperator;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.LinkTriggerId;
import reynard.id.SubscriberId;
import reynard.tag.Tags;
import reynard.trigger.LinkTrigger.Effect;

/// What following links leads to. It hears of each click of a person, and acts in the same transaction.
public final class LinkTriggers {
    private final LinkTriggerStore store = new LinkTriggerStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final Tags tags;
    private final InstantSource clock;

    public LinkTriggers(Database database, IdBlocks ids, Events events, Tags tags, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.tags = tags;
        this.clock = clock;
        events.listen(this::happened);
    }

    public Page<LinkTrigger> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    public Optional<LinkTrigger> find(Tx tx, AccountId account, LinkTriggerId id) {
        return store.find(tx, account, id);
    }

    /// Whether the account has any.
    public boolean any(Tx tx, AccountId account) {
        return store.any(tx, account);
    }

    public LinkTrigger create(Tx tx, AccountId account, String name, String url, Effect effect) {
        var now = clock.instant();
        var trigger = new LinkTrigger(new LinkTriggerId(ids.next()), name, url, effect, now, now);
        store.insert(tx, account, trigger);
        return trigger;
    }

    /// To whom it has happened, it does not happen again, whatever is changed.
    public Optional<LinkTrigger> change(Tx tx, AccountId account, LinkTriggerId id, UnaryOperator<LinkTrigger> edit) {
        return store.findForUpdate(tx, account, id).map(before -> {
            var after = edit.apply(before);
            var trigger =
                    new LinkTrigger(id, after.name(), after.url(), after.effect(), before.createdAt(), clock.instant());
            store.update(tx, account, trigger);
            return trigger;
        });
    }

    public boolean delete(AccountId account, LinkTriggerId id) {
        return database.inTx(tx -> store.delete(tx, account, id));
    }

    private void happened(Tx tx, AccountId account, Event event) {
        // Those that put on a tag go with the tag.
        if (event instanceof Event.SequenceDeleted(var sequence, var _)) {
            store.deleteOf(tx, account, sequence);
        } else if (event instanceof Event.LinkClicked(var subscriber, var url, var at)) {
            for (var trigger : store.ofUrl(tx, account, url)) {
                if (store.insertEffect(tx, account, trigger.id(), subscriber, at)) {
                    act(tx, account, trigger.effect(), subscriber, at);
                }
            }
        }
    }

    private void act(Tx tx, AccountId account, Effect effect, SubscriberId subscriber, Instant at) {
        switch (effect) {
            case Effect.AddsTag(var tag) -> tags.tag(tx, account, tag, subscriber);
            case Effect.JoinsSequence(var sequence) ->
                events.append(tx, account, new Event.SequenceWanted(subscriber, sequence, at));
        }
    }
}
