package reynard.id;

/// A row's id: a positive 64-bit integer, unique in the installation.
public sealed interface Id
        permits AccountId,
                ApiKeyId,
                CustomFieldId,
                DeliveryId,
                EmailTemplateId,
                EnrollmentId,
                FormId,
                InboxMessageId,
                SegmentId,
                SendingAddressId,
                SequenceEmailId,
                SequenceId,
                SnippetId,
                SubscriberId,
                TagId,
                UserId {
    long value();
}
