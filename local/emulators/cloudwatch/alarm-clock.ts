/**
 * How fast the time of alarms runs: their periods, evaluation and waits last so many times less. All
 * instants stay real, those of metrics included, so that what is asked for by time is found there.
 */
export class AlarmClock {
  #speed = 1;

  get speed(): number {
    return this.#speed;
  }

  set speed(times: number) {
    if (!(times >= speedLimits.min && times <= speedLimits.max)) {
      throw new Error(
        `speed got ${times}, allowed is ${speedLimits.min} to ${speedLimits.max} times real time`,
      );
    }
    this.#speed = times;
  }

  /** How finely metrics must be kept: a tenth of a second, once a minute lasts less than ten. */
  get stepMs(): number {
    return this.realMs(60) < 10_000 ? 100 : 1_000;
  }

  /** Returns how long this much alarm time really lasts. */
  realMs(alarmSeconds: number): number {
    return (alarmSeconds * 1_000) / this.#speed;
  }
}

/** At the highest speed a minute of alarm time is two steps of the metric store. */
export const speedLimits = { min: 1, max: 300 } as const;
