const keptOnly = 'Kept and returned by the matching Get call; it changes nothing in a local send.';
const oneAccount =
  'Authorizes another account for the Return-Path; there is one account, and feedback comes as events.';
const oneRegion =
  'Multi-Region endpoints need two Regions; the local endpoint is one for every EndpointId.';
const noValidation = 'Kept and returned; addresses are not validated by a paid service locally.';
const noTags = 'Checked against the limits; no served call of SES returns the tags of a pool.';

/**
 * Members of the SDK's requests that this emulator takes without acting on them, and why, as
 * `Structure.Member`; what lies inside such a member is ignored with it. Every other member is
 * acted on: a test walks the SDK's schemas and watches which members the operations read.
 */
export const ignoredMembers: Readonly<Record<string, string>> = {
  'SendEmailRequest.FeedbackForwardingEmailAddressIdentityArn': oneAccount,
  'SendEmailRequest.EndpointId': oneRegion,
  'SendEmailRequest.ListManagementOptions':
    'Contact lists are not emulated, so nobody can be unsubscribed and no link is added.',
  'SendBulkEmailRequest.FeedbackForwardingEmailAddressIdentityArn': oneAccount,
  'SendBulkEmailRequest.EndpointId': oneRegion,
  'CreateEmailIdentityRequest.Tags': keptOnly,
  'DkimSigningAttributes.DomainSigningPrivateKey': 'Only its presence counts: nothing is signed.',
  'DkimSigningAttributes.NextSigningKeyLength': keptOnly,
  'DkimSigningAttributes.DomainSigningAttributesOrigin': keptOnly,
  'PutEmailIdentityDkimAttributesRequest.SigningEnabled': keptOnly,
  'CreateConfigurationSetRequest.Tags': keptOnly,
  'CreateConfigurationSetRequest.VdmOptions': keptOnly,
  'CreateConfigurationSetRequest.ArchivingOptions': keptOnly,
  'CreateConfigurationSetRequest.MessageSecurityOptions': keptOnly,
  'TrackingOptions.HttpsPolicy': keptOnly,
  'DeliveryOptions.TlsPolicy': keptOnly,
  'PutConfigurationSetDeliveryOptionsRequest.TlsPolicy': keptOnly,
  'ReputationOptions.ReputationMetricsEnabled': keptOnly,
  'PutConfigurationSetReputationOptionsRequest.ReputationMetricsEnabled': keptOnly,
  'ReputationOptions.LastFreshStart': 'Only AWS resets reputation metrics; SES ignores it as well.',
  'SuppressionOptions.SuppressionScope': keptOnly,
  'PutConfigurationSetSuppressionOptionsRequest.SuppressionScope': keptOnly,
  'SuppressionOptions.ValidationOptions': noValidation,
  'PutConfigurationSetSuppressionOptionsRequest.ValidationOptions': noValidation,
  'PutAccountSuppressionAttributesRequest.ValidationAttributes': noValidation,
  'EventDestinationDefinition.KinesisFirehoseDestination':
    'Kept and returned; events for it are dropped with a note.',
  'EventDestinationDefinition.PinpointDestination':
    'Kept and returned; events for it are dropped with a note.',
  'CloudWatchDimensionConfiguration.DimensionValueSource':
    'Kept and returned; there are no CloudWatch metrics, which a note says.',
  'CreateDedicatedIpPoolRequest.Tags': noTags,
  'CreateEmailTemplateRequest.Tags': keptOnly,
};
