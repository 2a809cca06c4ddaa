/**
 * What one invocation may carry: 6 MB when the caller waits, 1 MB (since 2025-10) when it does not.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const syncPayloadBytesMax = 6_291_456;
/** @see https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb */
export const asyncPayloadBytesMax = 1_048_576;
