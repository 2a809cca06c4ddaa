import type * as sdk from '@aws-sdk/client-sesv2';

/** The served operations with the SDK's own input and output types, as they travel in JSON. */
export type Contract = {
  readonly SendEmail: [sdk.SendEmailRequest, sdk.SendEmailResponse];
  readonly SendBulkEmail: [sdk.SendBulkEmailRequest, sdk.SendBulkEmailResponse];
  readonly GetAccount: [sdk.GetAccountRequest, sdk.GetAccountResponse];
  readonly PutAccountSendingAttributes: [sdk.PutAccountSendingAttributesRequest, Empty];
  readonly PutAccountSuppressionAttributes: [sdk.PutAccountSuppressionAttributesRequest, Empty];
  readonly PutAccountDedicatedIpWarmupAttributes: [
    sdk.PutAccountDedicatedIpWarmupAttributesRequest,
    Empty,
  ];
  readonly CreateEmailIdentity: [sdk.CreateEmailIdentityRequest, sdk.CreateEmailIdentityResponse];
  readonly GetEmailIdentity: [sdk.GetEmailIdentityRequest, sdk.GetEmailIdentityResponse];
  readonly ListEmailIdentities: [sdk.ListEmailIdentitiesRequest, sdk.ListEmailIdentitiesResponse];
  readonly DeleteEmailIdentity: [sdk.DeleteEmailIdentityRequest, Empty];
  readonly PutEmailIdentityMailFromAttributes: [
    sdk.PutEmailIdentityMailFromAttributesRequest,
    Empty,
  ];
  readonly PutEmailIdentityDkimAttributes: [sdk.PutEmailIdentityDkimAttributesRequest, Empty];
  readonly CreateConfigurationSet: [sdk.CreateConfigurationSetRequest, Empty];
  readonly GetConfigurationSet: [sdk.GetConfigurationSetRequest, sdk.GetConfigurationSetResponse];
  readonly ListConfigurationSets: [
    sdk.ListConfigurationSetsRequest,
    sdk.ListConfigurationSetsResponse,
  ];
  readonly DeleteConfigurationSet: [sdk.DeleteConfigurationSetRequest, Empty];
  readonly PutConfigurationSetDeliveryOptions: [
    sdk.PutConfigurationSetDeliveryOptionsRequest,
    Empty,
  ];
  readonly PutConfigurationSetReputationOptions: [
    sdk.PutConfigurationSetReputationOptionsRequest,
    Empty,
  ];
  readonly PutConfigurationSetSendingOptions: [sdk.PutConfigurationSetSendingOptionsRequest, Empty];
  readonly PutConfigurationSetSuppressionOptions: [
    sdk.PutConfigurationSetSuppressionOptionsRequest,
    Empty,
  ];
  readonly CreateConfigurationSetEventDestination: [
    sdk.CreateConfigurationSetEventDestinationRequest,
    Empty,
  ];
  readonly GetConfigurationSetEventDestinations: [
    sdk.GetConfigurationSetEventDestinationsRequest,
    sdk.GetConfigurationSetEventDestinationsResponse,
  ];
  readonly UpdateConfigurationSetEventDestination: [
    sdk.UpdateConfigurationSetEventDestinationRequest,
    Empty,
  ];
  readonly DeleteConfigurationSetEventDestination: [
    sdk.DeleteConfigurationSetEventDestinationRequest,
    Empty,
  ];
  readonly CreateDedicatedIpPool: [sdk.CreateDedicatedIpPoolRequest, Empty];
  readonly GetDedicatedIpPool: [sdk.GetDedicatedIpPoolRequest, sdk.GetDedicatedIpPoolResponse];
  readonly ListDedicatedIpPools: [
    sdk.ListDedicatedIpPoolsRequest,
    sdk.ListDedicatedIpPoolsResponse,
  ];
  readonly DeleteDedicatedIpPool: [sdk.DeleteDedicatedIpPoolRequest, Empty];
  readonly PutDedicatedIpPoolScalingAttributes: [
    sdk.PutDedicatedIpPoolScalingAttributesRequest,
    Empty,
  ];
  readonly GetDedicatedIp: [sdk.GetDedicatedIpRequest, sdk.GetDedicatedIpResponse];
  readonly GetDedicatedIps: [sdk.GetDedicatedIpsRequest, sdk.GetDedicatedIpsResponse];
  readonly PutDedicatedIpInPool: [sdk.PutDedicatedIpInPoolRequest, Empty];
  readonly PutDedicatedIpWarmupAttributes: [sdk.PutDedicatedIpWarmupAttributesRequest, Empty];
  readonly PutSuppressedDestination: [sdk.PutSuppressedDestinationRequest, Empty];
  readonly GetSuppressedDestination: [
    sdk.GetSuppressedDestinationRequest,
    sdk.GetSuppressedDestinationResponse,
  ];
  readonly DeleteSuppressedDestination: [sdk.DeleteSuppressedDestinationRequest, Empty];
  readonly ListSuppressedDestinations: [
    sdk.ListSuppressedDestinationsRequest,
    sdk.ListSuppressedDestinationsResponse,
  ];
  readonly CreateEmailTemplate: [sdk.CreateEmailTemplateRequest, Empty];
  readonly GetEmailTemplate: [sdk.GetEmailTemplateRequest, sdk.GetEmailTemplateResponse];
  readonly UpdateEmailTemplate: [sdk.UpdateEmailTemplateRequest, Empty];
  readonly DeleteEmailTemplate: [sdk.DeleteEmailTemplateRequest, Empty];
  readonly ListEmailTemplates: [sdk.ListEmailTemplatesRequest, sdk.ListEmailTemplatesResponse];
  readonly TestRenderEmailTemplate: [
    sdk.TestRenderEmailTemplateRequest,
    sdk.TestRenderEmailTemplateResponse,
  ];
};

type Empty = Record<never, never>;

/** Names of the operations that the emulator serves. */
export type ServedName = keyof Contract;

/** An SDK type as JSON carries it: bytes are base64 text, dates are epoch seconds, no surplus undefined. */
export type Wire<T> = T extends Uint8Array
  ? string
  : T extends Date
    ? number
    : T extends readonly (infer Element)[]
      ? readonly Wire<Element>[]
      : T extends object
        ? {
            readonly [K in keyof T]: IsOptional<T, K> extends true
              ? Wire<T[K]>
              : Wire<Present<T[K]>>;
          }
        : T;

// The SDK types required members as `T | undefined`; the schema check has proved them present.
type Present<T> = Exclude<T, undefined>;
type IsOptional<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? true : false;

/** The JSON input of an operation, once its schema has been checked. */
export type InputOf<Name extends ServedName> = Wire<Contract[Name][0]>;
/** The JSON answer of an operation. */
export type OutputOf<Name extends ServedName> = Wire<Contract[Name][1]>;
