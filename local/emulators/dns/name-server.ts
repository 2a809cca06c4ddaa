import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Question, RECURSION_AVAILABLE } from 'dns-packet';
import type { AnswerName } from './records.ts';

/** The name server that functions ask, as a VPC's resolver in Lambda. */
export type NameServer = {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly close: () => Promise<void>;
};

const host = '127.0.0.1';
const ttlSeconds = 60;

/** @see RFC 1035 section 4.1.1 RCODE */
const nameError = 3;

/** Opens a name server on a free UDP port of 127.0.0.1. What cannot be read is not answered. */
export async function openNameServer(answer: AnswerName): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, { port }) => {
    const reply = replyTo(bytes, answer);
    if (reply) socket.send(reply, port, host);
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return { address: `${host}:${socket.address().port}`, close: () => closed(socket) };
}

function replyTo(bytes: Buffer, answer: AnswerName): Buffer | undefined {
  try {
    const query = decode(bytes);
    const [question] = query.questions ?? [];
    if (query.type !== 'query' || !question) return undefined;
    const found = answer(question.name, question.type);
    return encode({
      type: 'response',
      id: query.id ?? 0,
      flags: RECURSION_AVAILABLE | (found === 'no-name' ? nameError : 0),
      questions: [question],
      answers: typeof found === 'string' ? [] : found.map((value) => answerOf(question, value)),
    });
  } catch {
    return undefined;
  }
}

function answerOf({ name, type }: Question, value: string) {
  const common = { name, ttl: ttlSeconds };
  if (type === 'MX') {
    const [preference = '10', exchange = value] = value.split(' ');
    return { ...common, type, data: { preference: Number(preference), exchange } };
  }
  if (type === 'TXT') return { ...common, type, data: value };
  if (type === 'CNAME' || type === 'PTR') return { ...common, type, data: value };
  return { ...common, type: 'A' as const, data: value };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
