const keptOnly = 'Kept and returned by the matching Get call; it changes nothing in a local send.';

/**
 * Members of the SDK's requests that this emulator accepts without acting on them, and why. Every
 * other member is acted on; a test reads this table and the SDK's schemas together.
 */
export const ignoredMembers: Readonly<Record<string, string>> = {
  'SendEmailRequest.FeedbackForwardingEmailAddressIdentityArn':
    'Authorizes another account for the Return-Path; there is one account, and feedback comes as events.',
  'SendBulkEmailRequest.FeedbackForwardingEmailAddressIdentityArn':
    'Authorizes another account for the Return-Path; there is one account, and feedback comes as events.',
  'SendEmailRequest.EndpointId':
    'Multi-Region endpoints need two Regions; the local endpoint is one, and takes SigV4a requests as well.',
  'SendBulkEmailRequest.EndpointId':
    'Multi-Region endpoints need two Regions; the local endpoint is one, and takes SigV4a requests as well.',
  'SendEmailRequest.ListManagementOptions':
    'Contact lists are not emulated, so no contact can be unsubscribed and no link is added.',
  'ListManagementOptions.ContactListName': 'See SendEmailRequest.ListManagementOptions.',
  'ListManagementOptions.TopicName': 'See SendEmailRequest.ListManagementOptions.',
  'CreateEmailIdentityRequest.DkimSigningAttributes.DomainSigningPrivateKey':
    'Only its presence is read: mail is not signed locally.',
  'ReputationOptions.LastFreshStart': 'Read-only at SES as well; it is reset by AWS.',
  'TrackingOptions.HttpsPolicy': keptOnly,
  'DeliveryOptions.TlsPolicy': keptOnly,
};
