import type { Reply } from './reply.ts';

/** Replies that help nobody, and words that stand in nobody's tables: to come back later, and to stay away. */
export const vagueReplies = {
  later: [
    ['4.0.0', '421 Service not available'],
    ['4.0.0', '451 Not now. Our postmaster is fishing, and so is the filter'],
    ['4.7.1', '451 4.7.1 ERR-F3D1 come again'],
  ],
  never: [
    ['5.0.0', '550 Rejected'],
    ['5.0.0', '554 Transaction failed'],
    ['5.7.1', '550 5.7.1 Delivery not authorized, message refused'],
    ['5.0.0', '550 ZX-9901 inbound gate said no'],
  ],
} as const satisfies Readonly<Record<string, readonly Reply[]>>;
