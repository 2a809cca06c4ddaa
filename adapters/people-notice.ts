/** How people hear of something: one publish reaches mailboxes and chat alike. */
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { withoutAddresses } from './without-addresses.ts';

/** What people read. The chat's part is short; a mail holds everything. */
export type PeopleNotice = {
  readonly subject: string;
  readonly text: string;
  readonly chat?: {
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
    /** Notices of one thread stand together. */
    readonly thread: string;
  };
};

export type PeopleTopic = { readonly sns: SNSClient; readonly topicArn: string };

/**
 * SNS's limit for a subject: fewer than a hundred characters of ASCII, and no line break among them.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const subjectMax = 99;

/** Far below SNS's 256 KB for all forms together: nobody reads more at night. */
const textMax = 20_000;

/**
 * Limits of a custom notification in chat.
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
const chatMax = {
  title: 250,
  description: 8000,
  nextSteps: 10,
  nextStep: 350,
  keywords: 20,
} as const;

/** Tells people, in plain words. At least once: what is done again is told again. Returns SNS's id of the message. */
export async function tellPeople(
  { sns, topicArn }: PeopleTopic,
  notice: PeopleNotice,
): Promise<string> {
  const text = withoutAddresses(notice.text).slice(0, textMax);
  const { MessageId = '' } = await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: asSubject(notice.subject),
      MessageStructure: 'json',
      Message: JSON.stringify({
        default: text,
        email: text,
        https: JSON.stringify(chatForm(notice, text)),
      }),
    }),
  );
  return MessageId;
}

/** Returns a text as SNS takes it for a subject: ASCII, no address, short. */
export function asSubject(text: string): string {
  return withoutAddresses(text)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, subjectMax);
}

/** The form in which AWS's chat service takes what applications write; everything else it drops without a word. */
function chatForm({ subject, chat }: PeopleNotice, text: string) {
  return {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: asSubject(subject).slice(0, chatMax.title),
      description: (chat ? withoutAddresses(chat.description) : text).slice(0, chatMax.description),
      ...(chat && chat.nextSteps.length > 0
        ? {
            nextSteps: chat.nextSteps
              .slice(0, chatMax.nextSteps)
              .map((step) => withoutAddresses(step).slice(0, chatMax.nextStep)),
          }
        : {}),
      ...(chat && chat.keywords.length > 0
        ? { keywords: chat.keywords.slice(0, chatMax.keywords) }
        : {}),
    },
    ...(chat ? { metadata: { threadId: chat.thread } } : {}),
  };
}
