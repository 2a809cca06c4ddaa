/** Fixed quotas of SES per account and Region. @see https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
export const quotas = {
  recipientsPerMessage: 50,
  entriesPerBulkCall: 50,
  /** After base64 encoding. */
  messageBytes: 40 * 1024 * 1024,
  configurationSets: 10_000,
  eventDestinationsPerSet: 10,
  cloudWatchDimensions: 10,
  ipPools: 50,
  identities: 10_000,
  templates: 20_000,
  templateBytes: 500 * 1024,
  resourceTags: 50,
} as const;
