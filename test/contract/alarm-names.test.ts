/** Names of alarms can be made from a kind, and a kind can be read from them, in one way only. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import {
  alarmKindNames,
  causesName,
  compositeName,
  compositeNames,
  isAlarmKind,
  metricAlarmName,
  metricAlarmPrefix,
  readAlarmName,
  runbookOf,
} from '../../contract/alarm-names.ts';

const kinds = fc.constantFrom(...alarmKindNames);
const deployments = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);
const abouts = fc.stringMatching(/^[a-z][a-z0-9.-]{0,40}$/);

test('what is written into a name is read from it, for any deployment and kind', () => {
  fc.assert(
    fc.property(deployments, kinds, abouts, (deployment, kind, about) => {
      expect(readAlarmName(deployment, compositeName(deployment, kind))).toEqual({ kind });
      const name = metricAlarmName(deployment, { kind, about });
      expect(readAlarmName(deployment, name)).toEqual({ kind, about });
      expect(name.startsWith(metricAlarmPrefix(deployment, kind))).toBe(true);
    }),
  );
});

test('the prefix of a kind fits no alarm of another kind', () => {
  fc.assert(
    fc.property(kinds, kinds, abouts, (kind, other, about) => {
      fc.pre(kind !== other);
      const name = metricAlarmName('mail', { kind: other, about });
      expect(name.startsWith(metricAlarmPrefix('mail', kind))).toBe(false);
    }),
  );
});

test('an alarm of another deployment, a helper and a foreign name are nobody’s', () => {
  for (const name of [
    compositeName('other', 'mail-late'),
    causesName('mail', 'mail-late'),
    'mail-toString',
    'mail-mail-late-and-more',
    '',
  ])
    expect(readAlarmName('mail', name), name).toBeUndefined();
});

test('a deployment whose name begins as another’s does has alarms of its own', () => {
  expect(readAlarmName('mail', compositeName('mail-eu', 'mail-late'))).toBeUndefined();
});

test('what causes a kind is a kind that stands before it, so that one page can be for both', () => {
  for (const [index, kind] of alarmKindNames.entries())
    for (const cause of alarmKinds[kind].causedBy) {
      expect(isAlarmKind(cause), cause).toBe(true);
      expect(alarmKindNames.indexOf(cause)).toBeLessThan(index);
    }
});

test('every kind has one composite and one heading of the runbook', () => {
  expect(compositeNames('mail')).toHaveLength(alarmKindNames.length);
  expect(runbookOf('mail-late')).toBe('docs/runbook.md#mail-late');
});
