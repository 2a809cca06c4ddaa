import { type SESv2Client, SendBulkEmailCommand } from '@aws-sdk/client-sesv2';
import { judgeBulkStatus } from '../domain/ses-failures.ts';
import { asMailbox, type Mail, sendBulkEmailInput } from './ses-message.ts';
import {
  answerOfFailure,
  build,
  createSender,
  quoted,
  type SendAnswer,
  type SendMail,
  withoutMessageId,
} from './ses-sender.ts';

/** SES's most destinations of one call. */
const entriesMax = 50;

type Waiting = { readonly mail: Mail; readonly answer: (answer: SendAnswer) => void };

/**
 * Returns a function that hands one mail to SES, where recipients of one batch that leave at the same
 * moment go in one call. Each gets an answer of its own; a call that fails as a whole failed for each of
 * them. Mail that is not from a template, and single mail, goes as it always does.
 */
export function createBulkSender(ses: SESv2Client): SendMail {
  const sendAlone = createSender(ses);
  const groups = new Map<object, Waiting[]>();
  const leave = async (group: readonly Waiting[]) => {
    const [first, ...others] = group;
    if (!first) return;
    if (others.length === 0) return first.answer(await sendAlone(first.mail));
    const mails = [first.mail, ...others.map(({ mail }) => mail)] as const;
    const answers = await sendTogether(ses, mails);
    for (const [position, { answer }] of group.entries())
      answer(answers[position] ?? withoutMessageId);
  };
  return (mail) => {
    if (!canShare(mail)) return sendAlone(mail);
    return new Promise((answer) => {
      const group = groups.get(mail.request) ?? [];
      group.push({ mail, answer });
      if (group.length === 1) {
        groups.set(mail.request, group);
        // Timers of one instant fire together; whoever comes after them goes in the next call.
        setImmediate(() => {
          if (groups.get(mail.request) === group) groups.delete(mail.request);
          void leave(group);
        });
      }
      if (group.length === entriesMax) groups.delete(mail.request);
    });
  };
}

/** A batch is a template already; what has attachments stays alone, because they fill the memory. */
function canShare({ request, attachments }: Mail): boolean {
  return request.kind === 'batch' && attachments.length === 0;
}

/** Never throws: what went wrong is each mail's answer. */
async function sendTogether(
  ses: SESv2Client,
  mails: readonly [Mail, ...Mail[]],
): Promise<readonly SendAnswer[]> {
  const from = asMailbox(mails[0].request.from).address;
  const call = build(() => new SendBulkEmailCommand(sendBulkEmailInput(mails)));
  if ('ok' in call) return mails.map(() => call);
  try {
    const { BulkEmailEntryResults = [] } = await ses.send(call);
    return mails.map((_, position): SendAnswer => {
      const { Status = '', Error: error = '', MessageId } = BulkEmailEntryResults[position] ?? {};
      const refusal = judgeBulkStatus({ status: Status, error }, from);
      if (refusal) return { ok: false, refusal, detail: quoted(Status, error) };
      return MessageId ? { ok: true, sesMessageId: MessageId } : withoutMessageId;
    });
  } catch (failure) {
    const answer = answerOfFailure(failure, from);
    return mails.map(() => answer);
  }
}
