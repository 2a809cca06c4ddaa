import { binomial } from './dice.ts';
import { answer, type Stage, turnAway } from './hearing.ts';
import { hourMs, minuteMs } from './instants.ts';
import { isOut } from './provider.ts';

/** Minutes of an hour in which everybody's timed mail comes. */
const peakMs = 5 * minuteMs;

/** An outage puts off everybody's mail. */
export const outage: Stage = (hearing) => {
  const { provider, at, draw, left } = hearing;
  const caused = provider.troubles.at('outage', at);
  if (caused !== undefined) turnAway(hearing, binomial(draw, left, caused.share), 'outage');
  else if (isOut(provider, at, draw)) turnAway(hearing, left, 'outage');
};

/** Words that an event put into the provider's mouth. */
export const givenAnswer: Stage = (hearing) => {
  const given = hearing.provider.troubles.at('answer', hearing.at);
  if (given === undefined) return;
  const { share, status = '5.0.0', reply = '' } = given;
  answer(hearing, binomial(hearing.draw, hearing.left, share), { status, reply });
};

/** A few mails are put off for reasons that concern nobody, more of them at the full hour. */
export const noise: Stage = (hearing) => {
  const { provider, at, draw, left } = hearing;
  const { noiseShare, noisePeakShare } = provider.numbers;
  const share = at % hourMs < peakMs ? noisePeakShare : noiseShare;
  turnAway(hearing, binomial(draw, left, share), 'noise');
};
