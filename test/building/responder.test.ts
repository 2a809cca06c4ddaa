import { expect, test } from 'vitest';
import { compositeNames } from '../../contract/alarm-names.ts';
import { rich } from './support/configs.ts';
import { permissionsOf } from './support/permissions.ts';
import { build } from './support/template.ts';

const built = await build(rich);
const responder = 'acme-mail-responder';

const ruleOf = (property: 'EventPattern' | 'ScheduleExpression') =>
  built
    .ofType('AWS::Events::Rule')
    .map(([, { Properties }]) => Properties)
    .filter(
      (rule) =>
        rule[property] !== undefined && JSON.stringify(rule['Targets']).includes('Responder'),
    );

test('the responder hears every composite ring and fall silent, and no metric alarm', () => {
  const [rule, ...others] = ruleOf('EventPattern');
  expect(others).toEqual([]);
  expect(rule?.['EventPattern']).toEqual({
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: {
      alarmName: [...compositeNames('acme-mail')],
      state: { value: ['ALARM', 'OK'] },
    },
  });
});

test('the responder looks every minute', () => {
  expect(ruleOf('ScheduleExpression').map((rule) => rule['ScheduleExpression'])).toEqual([
    'rate(1 minute)',
  ]);
});

test('what the responder cannot answer, and what never reaches it, is kept for a person', () => {
  const dead = built.named('AWS::SQS::Queue', 'QueueName', 'acme-mail-responder-dead');
  expect(dead.Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600 });
  const [[, config] = []] = built.ofType('AWS::Lambda::EventInvokeConfig');
  expect(JSON.stringify(config?.Properties['DestinationConfig'])).toContain('ResponderDead');
  expect(JSON.stringify(ruleOf('EventPattern')[0]?.['Targets'])).toContain('DeadLetterConfig');
});

test('the responder writes to the evidence table and to no other', () => {
  const writes = permissionsOf(built, responder).filter(({ action }) =>
    /^dynamodb:(Put|Update|Delete|BatchWrite)/.test(action),
  );
  expect(writes.map(({ action }) => action)).toEqual(['dynamodb:PutItem']);
  expect(writes[0]?.resource).toMatch(/^<StateEvidence/);
});

test('the responder reads no mail and sends none', () => {
  const services = new Set(
    permissionsOf(built, responder).map(({ action }) => action.split(':')[0]),
  );
  expect([...services].sort()).toEqual(['cloudwatch', 'dynamodb', 'kms', 'logs', 'sns', 'sqs']);
});
