import * as sdk from '@aws-sdk/client-sesv2';

/**
 * Which members of the served requests are enums. The SDK's run-time schemas call them plain
 * strings; a test compares this table with the SDK's type declarations.
 */
const enumMembers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Attachment.ContentDisposition': sdk.AttachmentContentDisposition,
  'Attachment.ContentTransferEncoding': sdk.AttachmentContentTransferEncoding,
  'CloudWatchDimensionConfiguration.DimensionValueSource': sdk.DimensionValueSource,
  'CreateDedicatedIpPoolRequest.ScalingMode': sdk.ScalingMode,
  'DashboardOptions.EngagementMetrics': sdk.FeatureStatus,
  'DeliveryOptions.TlsPolicy': sdk.TlsPolicy,
  'DkimSigningAttributes.DomainSigningAttributesOrigin': sdk.DkimSigningAttributesOrigin,
  'DkimSigningAttributes.NextSigningKeyLength': sdk.DkimSigningKeyLength,
  'EventDestinationDefinition.MatchingEventTypes': sdk.EventType,
  'GuardianOptions.OptimizedSharedDelivery': sdk.FeatureStatus,
  'ListConfigurationSetsRequest.Filter': sdk.ConfigurationSetFilterKey,
  'ListEmailIdentitiesRequest.Filter': sdk.IdentityFilterKey,
  'ListSuppressedDestinationsRequest.Reasons': sdk.SuppressionListReason,
  'PutAccountSuppressionAttributesRequest.SuppressedReasons': sdk.SuppressionListReason,
  'PutConfigurationSetDeliveryOptionsRequest.TlsPolicy': sdk.TlsPolicy,
  'PutConfigurationSetSuppressionOptionsRequest.SuppressedReasons': sdk.SuppressionListReason,
  'PutConfigurationSetSuppressionOptionsRequest.SuppressionScope': sdk.SuppressionListScope,
  'PutDedicatedIpPoolScalingAttributesRequest.ScalingMode': sdk.ScalingMode,
  'PutEmailIdentityMailFromAttributesRequest.BehaviorOnMxFailure': sdk.BehaviorOnMxFailure,
  'PutSuppressedDestinationRequest.Reason': sdk.SuppressionListReason,
  'SmimeSigningScheme.SignatureFormat': sdk.SignatureFormat,
  'SuppressionConditionThreshold.ConditionThresholdEnabled': sdk.FeatureStatus,
  'SuppressionConfidenceThreshold.ConfidenceVerdictThreshold':
    sdk.SuppressionConfidenceVerdictThreshold,
  'SuppressionOptions.SuppressedReasons': sdk.SuppressionListReason,
  'SuppressionOptions.SuppressionScope': sdk.SuppressionListScope,
  'TrackingConfigurationOverrides.ClickTrackingEnabled': sdk.FeatureStatus,
  'TrackingConfigurationOverrides.OpenTrackingEnabled': sdk.FeatureStatus,
  'TrackingOptions.HttpsPolicy': sdk.HttpsPolicy,
};

const values = new Map(Object.entries(enumMembers).map(([key, set]) => [key, Object.values(set)]));

/** The allowed values of an enum member (list elements and map keys included), or undefined. */
export function enumValuesOf(structure: string, member: string): readonly string[] | undefined {
  return values.get(`${structure}.${member}`);
}
