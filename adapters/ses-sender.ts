import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { judgeRefusal, type Refusal } from '../domain/ses-failures.ts';
import { describeFailure } from './failure.ts';
import { asMailbox, type Mail, sendEmailInput } from './ses-message.ts';
import { withoutAddresses } from './without-addresses.ts';

export type SendAnswer =
  | { readonly ok: true; readonly sesMessageId: string }
  | { readonly ok: false; readonly refusal: Refusal; readonly detail: string };

export type SendMail = (mail: Mail) => Promise<SendAnswer>;

/** Answers of SES may be quoted in outcomes, shortened and without the addresses they name. */
const detailCharactersMax = 300;

/** SES said yes and did not say under which name, so nobody can tell. */
export const withoutMessageId: SendAnswer = {
  ok: false,
  refusal: { kind: 'unknown', reason: 'no-message-id' },
  detail: 'SES named no message id',
};

/** Returns a function that hands one mail to SES; every failure is an answer, judged. */
export function createSender(ses: SESv2Client): SendMail {
  return async (mail) => {
    const call = build(() => new SendEmailCommand(sendEmailInput(mail)));
    if ('ok' in call) return call;
    try {
      const { MessageId } = await ses.send(call);
      return MessageId ? { ok: true, sesMessageId: MessageId } : withoutMessageId;
    } catch (error) {
      return answerOfFailure(error, asMailbox(mail.request.from).address);
    }
  };
}

/** Returns a call to SES, or the answer that it could not be written: our fault, and nothing has left. */
export function build<T extends object>(write: () => T): T | Extract<SendAnswer, { ok: false }> {
  try {
    return write();
  } catch (error) {
    const { name, message } = describeFailure(error);
    const refusal = { kind: 'park', reason: 'mail-unbuilt' } as const;
    return { ok: false, refusal, detail: quoted(name, message) };
  }
}

/** Returns what a call that failed means for a mail from this address. */
export function answerOfFailure(error: unknown, from: string): SendAnswer {
  const failure = describeFailure(error);
  const { name, message } = failure;
  return { ok: false, refusal: judgeRefusal(failure, from), detail: quoted(name, message) };
}

/** Returns SES's words as outcomes quote them: shortened and without addresses. */
export function quoted(name: string, text: string): string {
  return `${name}: ${withoutAddresses(text)}`.slice(0, detailCharactersMax);
}
