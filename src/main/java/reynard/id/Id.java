package reynard.id;

/// A row's id: a positive 64-bit integer, unique in the installation.
public sealed interface Id
        permits AccountId,
                ApiKeyId,
                AppId,
                BroadcastId,
                BulkJobId,
                ConsentId,
                CustomFieldId,
                DeliveryId,
                DkimKeyId,
                EmailTemplateId,
                EnrollmentId,
                FeedbackId,
                FormId,
                GrantId,
                InboxMessageId,
                LinkId,
                LinkTriggerId,
                PostId,
                ProductId,
                PublicationId,
                PurchaseId,
                ReceiverId,
                SegmentId,
                SendingAddressId,
                SequenceEmailId,
                SequenceId,
                SignupId,
                SnippetId,
                SubscriberId,
                SuppressionId,
                TagId,
                UserId,
                WebhookDeliveryId {
    long value();
}
