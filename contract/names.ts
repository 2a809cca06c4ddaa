/**
 * Physical names, from the deployment's name alone, so that the stack, the functions, the client and
 * the CLI agree without looking anything up. All lower case; AWS limits are kept by the name rules of
 * the configuration (20 characters each).
 */

/** Names of everything a deployment owns; the bucket's also carries account and region (global names). */
export type Names = ReturnType<typeof namesOf>;

/** Returns the physical names of a deployment. */
export function namesOf(deployment: string) {
  return {
    stack: deployment,
    tables: {
      suppression: `${deployment}-suppression`,
      ledger: `${deployment}-ledger`,
      evidence: `${deployment}-evidence`,
      directory: `${deployment}-directory`,
      assignments: `${deployment}-assignments`,
      pacing: `${deployment}-pacing`,
    },
    intakeQueue: (stream: string) => `${deployment}-${stream}-intake`,
    /** Mail of tenants beyond their share; what it cannot handle goes to the stream's parked queue. */
    overflowQueue: (stream: string) => `${deployment}-${stream}-overflow`,
    parkedQueue: (stream: string) => `${deployment}-${stream}-parked`,
    feedbackQueue: `${deployment}-feedback`,
    feedbackDeadQueue: `${deployment}-feedback-dead`,
    deliveryQueue: `${deployment}-delivery`,
    deliveryDeadQueue: `${deployment}-delivery-dead`,
    /** First in, first out in one group: one decides at a time. */
    rotationQueue: `${deployment}-rotation.fifo`,
    rotationDeadQueue: `${deployment}-rotation-dead.fifo`,
    /** Changes of alarms of which nobody was told. */
    responderDeadQueue: `${deployment}-responder-dead`,
    feedbackTopic: `${deployment}-feedback`,
    deliveryTopic: `${deployment}-delivery`,
    alarmTopic: `${deployment}-alarms`,
    eventBus: `${deployment}-events`,
    recipientKeySecret: `${deployment}/recipient-key`,
    contentBucket: (accountId: string, region: string) =>
      `${deployment}-content-${accountId}-${region}`,
    dispatchFunction: (stream: string) => `${deployment}-dispatch-${stream}`,
    feedbackFunction: `${deployment}-feedback`,
    accountFunction: `${deployment}-account`,
    dueFunction: `${deployment}-due`,
    suppressionFunction: `${deployment}-suppression`,
    rotationFunction: `${deployment}-rotation`,
    responderFunction: `${deployment}-responder`,
    seedFunction: `${deployment}-seed`,
    configurationSet: (stream: string, pool: string) => `${deployment}-${stream}-${pool}`,
    dedicatedIpPool: (pool: string) => `${deployment}-${pool}`,
    senderPolicy: `${deployment}-sender`,
    logGroup: (functionName: string) => `/${deployment}/${functionName}`,
    dashboard: `${deployment}-overview`,
    /** An alarm, by what follows the deployment's name; which there are stands in alarm-names.ts. */
    alarm: (about: string) => `${deployment}-${about}`,
  } as const;
}

/** The standard pool for addresses that are taken out of use; no configuration set names it. */
export const quarantinePool = 'quarantine';

/** SES's own name for the addresses that everybody shares. */
export const sesSharedPool = 'ses-shared-pool';

/** Folders of the content bucket; each has one writer. */
export const contentFolders = {
  /** Queue bodies above SQS's limit, written by the client. */
  requests: 'requests/',
  /** Attachments by pointer, written by apps. */
  attachments: 'attachments/',
  /** Requests of held tenants, written by dispatch, returned by `tenants release`. */
  held: 'held/',
  /** Requests that wait for a time, written by dispatch, returned by the due function. */
  later: 'later/',
  /** What an attempt handed to SES, written by dispatch where a stream stores requests. */
  attempts: 'attempts/',
} as const;
