import type { PolicyName } from '../../simulation/reputation/policies/policies.ts';

/** How fast mail was simulated, by the processor's time: what else runs on the machine hardly counts. */
export type Speed = {
  readonly mails: number;
  readonly cpuSeconds: number;
  readonly mailsPerMinute: number;
};

/** Measures the runs of policies, each from the end of the one before. */
export type SpeedWatch = {
  /** A run has ended that handed over so many mails. */
  readonly ran: (policy: PolicyName, mails: number) => void;
  readonly of: () => readonly (Speed & { readonly policy: PolicyName })[];
  readonly ofAll: () => Speed;
};

/** Starts to measure; time of the engine's helpers, such as its garbage collector, counts too. */
export function watchSpeed(): SpeedWatch {
  const sums = new Map<PolicyName, { mails: number; cpuMicroseconds: number }>();
  let last = process.cpuUsage();
  return {
    ran: (policy, mails) => {
      const { user, system } = process.cpuUsage(last);
      last = process.cpuUsage();
      const before = sums.get(policy) ?? { mails: 0, cpuMicroseconds: 0 };
      sums.set(policy, {
        mails: before.mails + mails,
        cpuMicroseconds: before.cpuMicroseconds + user + system,
      });
    },
    of: () => [...sums].map(([policy, sum]) => ({ policy, ...speedOf([sum]) })),
    ofAll: () => speedOf([...sums.values()]),
  };
}

function speedOf(
  sums: readonly { readonly mails: number; readonly cpuMicroseconds: number }[],
): Speed {
  const mails = sums.reduce((all, sum) => all + sum.mails, 0);
  const cpuSeconds = sums.reduce((all, sum) => all + sum.cpuMicroseconds, 0) / 1e6;
  return { mails, cpuSeconds, mailsPerMinute: Math.round((mails / cpuSeconds) * 60) };
}
