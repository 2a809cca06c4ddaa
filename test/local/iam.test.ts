import { describe, expect, test } from 'vitest';
import { type AwsRequest, type JsonObject, localPlace } from '../../local/aws.ts';
import type { ActionContext } from '../../local/iam/actions/action-mapping.ts';
import { requiredPermissions } from '../../local/iam/actions.ts';
import { createAuthorizer } from '../../local/iam/authorizer.ts';
import type { ConditionKeys } from '../../local/iam/conditions.ts';
import { decide, isAllowed } from '../../local/iam/evaluate.ts';
import { type CreatedResource, grantsOf } from '../../local/iam/grants.ts';
import { parsePolicy } from '../../local/iam/statement.ts';

const arnPrefix = 'arn:aws';
const table = `${arnPrefix}:dynamodb:us-east-1:000000000000:table/Ledger`;
const context: ActionContext = {
  place: localPlace,
  identityFor: (from) => from.split('@')[1] ?? from,
  secretArn: (name) => `${arnPrefix}:secretsmanager:us-east-1:000000000000:secret:${name}-abcdef`,
};

describe('evaluation', () => {
  const allow = (Action: string | string[], Resource: string | string[]): JsonObject => ({
    Effect: 'Allow',
    Action,
    Resource,
  });
  const cases = [
    { title: 'nothing allows', statements: [], decision: 'not allowed' },
    { title: 'exact', statements: [allow('dynamodb:PutItem', table)], decision: 'allowed' },
    {
      title: 'another action',
      statements: [allow('dynamodb:GetItem', table)],
      decision: 'not allowed',
    },
    { title: 'another case', statements: [allow('DynamoDB:putitem', table)], decision: 'allowed' },
    { title: 'action wildcard', statements: [allow('dynamodb:Put*', table)], decision: 'allowed' },
    {
      title: 'one-character wildcard',
      statements: [allow('dynamodb:PutIte?', table)],
      decision: 'allowed',
    },
    {
      title: 'another resource',
      statements: [allow('dynamodb:*', `${table}2`)],
      decision: 'not allowed',
    },
    {
      title: 'index only',
      statements: [allow('dynamodb:*', `${table}/index/*`)],
      decision: 'not allowed',
    },
    {
      title: 'resource wildcard',
      statements: [allow(['sqs:*', 'dynamodb:*'], ['x', '*'])],
      decision: 'allowed',
    },
    {
      title: 'deny wins',
      statements: [allow('*', '*'), { Effect: 'Deny', Action: 'dynamodb:P*', Resource: '*' }],
      decision: 'explicitly denied',
    },
    {
      title: 'a dot in a pattern is a dot',
      statements: [allow('dynamodb.PutItem*', '*')],
      decision: 'not allowed',
    },
  ];

  test.each(cases)('$title: $decision', ({ statements, decision }) => {
    const parsed = parsePolicy({ Statement: statements }, 'P');
    expect(decide(parsed, { action: 'dynamodb:PutItem', resource: table })).toBe(decision);
  });

  const conditions: readonly {
    readonly title: string;
    readonly when: JsonObject;
    readonly keys: ConditionKeys;
    readonly holds: boolean;
  }[] = [
    {
      title: 'equal',
      when: { StringEquals: { 'ses:FromAddress': ['a@x', 'b@x'] } },
      keys: { 'ses:fromaddress': ['b@x'] },
      holds: true,
    },
    {
      title: 'unequal',
      when: { StringEquals: { 'ses:FromAddress': 'a@x' } },
      keys: { 'ses:fromaddress': ['c@x'] },
      holds: false,
    },
    {
      title: 'absent key',
      when: { StringEquals: { 'ses:FromAddress': 'a@x' } },
      keys: {},
      holds: false,
    },
    {
      title: 'absent key, IfExists',
      when: { StringEqualsIfExists: { 'ses:FromAddress': 'a@x' } },
      keys: {},
      holds: true,
    },
    {
      title: 'absent key, negated',
      when: { StringNotEquals: { 'ses:FromAddress': 'a@x' } },
      keys: {},
      holds: true,
    },
    {
      title: 'like',
      when: { StringLike: { 'ses:FromAddress': '*@x' } },
      keys: { 'ses:fromaddress': ['a@x'] },
      holds: true,
    },
    {
      title: 'all values fit',
      when: { 'ForAllValues:StringLike': { 'ses:Recipients': '*@x' } },
      keys: { 'ses:recipients': ['a@x', 'b@x'] },
      holds: true,
    },
    {
      title: 'not all values fit',
      when: { 'ForAllValues:StringLike': { 'ses:Recipients': '*@x' } },
      keys: { 'ses:recipients': ['a@x', 'b@y'] },
      holds: false,
    },
    {
      title: 'all of none',
      when: { 'ForAllValues:StringEquals': { 'ses:Recipients': 'a@x' } },
      keys: {},
      holds: true,
    },
    {
      title: 'any value fits',
      when: { 'ForAnyValue:StringEquals': { 'ses:Recipients': 'a@x' } },
      keys: { 'ses:recipients': ['b@y', 'a@x'] },
      holds: true,
    },
    {
      title: 'any of none',
      when: { 'ForAnyValue:StringEquals': { 'ses:Recipients': 'a@x' } },
      keys: {},
      holds: false,
    },
    {
      title: 'bool',
      when: { Bool: { 'aws:SecureTransport': false } },
      keys: { 'aws:securetransport': ['true'] },
      holds: false,
    },
    {
      title: 'null wants absence',
      when: { Null: { 'ses:FeedbackAddress': 'true' } },
      keys: {},
      holds: true,
    },
    {
      title: 'null wants presence',
      when: { Null: { 'ses:FeedbackAddress': 'false' } },
      keys: {},
      holds: false,
    },
    {
      title: 'two keys, one fails',
      when: { StringEquals: { 'ses:FromAddress': 'a@x', 'ses:ApiVersion': '1' } },
      keys: { 'ses:fromaddress': ['a@x'], 'ses:apiversion': ['2'] },
      holds: false,
    },
  ];

  test.each(conditions)('condition: $title', ({ when, keys, holds }) => {
    const statements = parsePolicy(
      { Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: when } },
      'P',
    );
    const request = { action: 'ses:SendEmail', resource: 'x', conditionKeys: keys };
    expect(isAllowed(statements, request)).toBe(holds);
  });

  test.each([
    { NotAction: 'x', Resource: '*' },
    { Action: 'x', NotResource: '*' },
  ])('a statement that the evaluator would misjudge is refused: %o', (statement) => {
    const document = { Statement: { Effect: 'Allow', ...statement } };
    expect(() => parsePolicy(document, 'P')).toThrow(/policy P uses Not/);
  });
});

describe('grants', () => {
  const role = resource('Role', 'AWS::IAM::Role', {
    ManagedPolicyArns: [
      `${arnPrefix}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`,
      `${arnPrefix}:iam::000000000000:policy/Own`,
    ],
    Policies: [{ PolicyName: 'Inline', PolicyDocument: policy('s3:GetObject') }],
  });
  const fn = resource('Fn', 'AWS::Lambda::Function', {
    Role: `${arnPrefix}:iam::000000000000:role/Role`,
  });

  test('gather inline, attached, own managed and AWS managed policies of the role', () => {
    const own = `${arnPrefix}:iam::000000000000:policy/Own`;
    const grants = grantsOf([
      role,
      fn,
      resource('Attached', 'AWS::IAM::Policy', {
        Roles: ['Role'],
        PolicyDocument: policy('sqs:SendMessage'),
      }),
      resource('Elsewhere', 'AWS::IAM::Policy', {
        Roles: ['Other'],
        PolicyDocument: policy('sqs:Purge'),
      }),
      {
        ...resource('Own', 'AWS::IAM::ManagedPolicy', { PolicyDocument: policy('sns:Publish') }),
        ref: own,
      },
      resource('Direct', 'AWS::IAM::RolePolicy', {
        RoleName: 'Role',
        PolicyDocument: policy('ses:SendEmail'),
      }),
    ]);
    const actions = grants.get('Fn')?.statements.flatMap((one) => one.actions);
    expect(actions?.sort()).toEqual([
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      'ses:SendEmail',
      'sns:Publish',
      'sqs:SendMessage',
    ]);
  });

  test('refuse an unknown managed policy, condition operator or condition key by name', () => {
    const managed = resource('Role', 'AWS::IAM::Role', {
      ManagedPolicyArns: [`${arnPrefix}:iam::aws:policy/AdministratorAccess`],
    });
    expect(() => grantsOf([managed, fn])).toThrow('AdministratorAccess is not known to the box');
    const conditional = (Condition: JsonObject): CreatedResource =>
      resource('Role', 'AWS::IAM::Role', {
        Policies: [{ PolicyName: 'P', PolicyDocument: policy('s3:Get*', { Condition }) }],
      });
    const operator = conditional({ NumericLessThan: { 'ses:FromAddress': '1' } });
    expect(() => grantsOf([operator, fn])).toThrow('condition operator NumericLessThan');
    const key = conditional({ StringEquals: { 'aws:SourceVpc': 'x' } });
    expect(() => grantsOf([key, fn])).toThrow('condition on aws:SourceVpc');
  });
});

describe('actions of requests', () => {
  const sesPrefix = `${arnPrefix}:ses:us-east-1:000000000000`;
  const cases: readonly {
    readonly title: string;
    readonly request: AwsRequest;
    readonly needs: readonly string[];
  }[] = [
    {
      title: 'dynamodb item',
      request: json('dynamodb', 'PutItem', { TableName: 'Ledger' }),
      needs: [`dynamodb:PutItem ${table}`],
    },
    {
      title: 'dynamodb table by ARN',
      request: json('dynamodb', 'GetItem', { TableName: table }),
      needs: [`dynamodb:GetItem ${table}`],
    },
    {
      title: 'dynamodb index',
      request: json('dynamodb', 'Query', { TableName: 'Ledger', IndexName: 'byKind' }),
      needs: [`dynamodb:Query ${table}/index/byKind`],
    },
    {
      title: 'dynamodb batch over two tables',
      request: json('dynamodb', 'BatchWriteItem', { RequestItems: { Ledger: [], Other: [] } }),
      needs: [
        `dynamodb:BatchWriteItem ${table}`,
        `dynamodb:BatchWriteItem ${table.replace('Ledger', 'Other')}`,
      ],
    },
    {
      title: 'sqs batch',
      request: json('sqs', 'SendMessageBatch', {
        QueueUrl: 'http://127.0.0.1:1/000000000000/Intake',
      }),
      needs: [`sqs:SendMessage ${arnPrefix}:sqs:us-east-1:000000000000:Intake`],
    },
    {
      title: 'sqs visibility batch',
      request: json('sqs', 'ChangeMessageVisibilityBatch', { QueueUrl: 'http://h/0/Q' }),
      needs: [`sqs:ChangeMessageVisibility ${arnPrefix}:sqs:us-east-1:000000000000:Q`],
    },
    {
      title: 'sns publish',
      request: plain('sns', 'POST', '/', 'Action=PublishBatch&TopicArn=arn%3At'),
      needs: ['sns:Publish arn:t'],
    },
    {
      title: 'sns subscriptions',
      request: plain('sns', 'POST', '/', 'Action=ListSubscriptionsByTopic&TopicArn=arn%3At'),
      needs: ['sns:ListSubscriptionsByTopic arn:t'],
    },
    {
      title: 'alarms, all of them',
      request: json('monitoring', 'DescribeAlarms', { AlarmNamePrefix: 'a' }),
      needs: ['cloudwatch:DescribeAlarms *'],
    },
    {
      title: 'the state of one alarm',
      request: json('monitoring', 'SetAlarmState', { AlarmName: 'a' }),
      needs: [`cloudwatch:SetAlarmState ${arnPrefix}:cloudwatch:us-east-1:000000000000:alarm:a`],
    },
    {
      title: 'a dashboard',
      request: json('monitoring', 'GetDashboard', { DashboardName: 'd' }),
      needs: [`cloudwatch:GetDashboard ${arnPrefix}:cloudwatch::000000000000:dashboard/d`],
    },
    {
      title: 's3 get',
      request: plain('s3', 'GET', '/bucket/a/b%20c?x-id=GetObject'),
      needs: [`s3:GetObject ${arnPrefix}:s3:::bucket/a/b c`],
    },
    {
      title: 's3 head',
      request: plain('s3', 'HEAD', '/bucket/a'),
      needs: [`s3:GetObject ${arnPrefix}:s3:::bucket/a`],
    },
    {
      title: 's3 list',
      request: plain('s3', 'GET', '/bucket/?list-type=2&prefix=p'),
      needs: [`s3:ListBucket ${arnPrefix}:s3:::bucket`],
    },
    {
      title: 's3 part',
      request: plain('s3', 'PUT', '/bucket/a?partNumber=1&uploadId=u'),
      needs: [`s3:PutObject ${arnPrefix}:s3:::bucket/a`],
    },
    {
      title: 's3 bulk delete',
      request: plain('s3', 'POST', '/bucket/?delete', '<Key>a</Key><Key>b</Key>'),
      needs: [
        `s3:DeleteObject ${arnPrefix}:s3:::bucket/a`,
        `s3:DeleteObject ${arnPrefix}:s3:::bucket/b`,
      ],
    },
    {
      title: 'events',
      request: json('events', 'PutEvents', {
        Entries: [{}, { EventBusName: 'bus' }, { EventBusName: 'bus' }],
      }),
      needs: [
        `events:PutEvents ${arnPrefix}:events:us-east-1:000000000000:event-bus/default`,
        `events:PutEvents ${arnPrefix}:events:us-east-1:000000000000:event-bus/bus`,
      ],
    },
    {
      title: 'secret by name',
      request: json('secretsmanager', 'GetSecretValue', { SecretId: 'key' }),
      needs: [`secretsmanager:GetSecretValue ${context.secretArn('key')}`],
    },
    {
      title: 'lambda invoke',
      request: plain('lambda', 'POST', '/2015-03-31/functions/Fn/invocations'),
      needs: [`lambda:InvokeFunction ${arnPrefix}:lambda:us-east-1:000000000000:function:Fn`],
    },
    {
      title: 'lambda mapping',
      request: plain('lambda', 'PUT', '/2015-03-31/event-source-mappings/u-1'),
      needs: [
        `lambda:UpdateEventSourceMapping ${arnPrefix}:lambda:us-east-1:000000000000:event-source-mapping:u-1`,
      ],
    },
    {
      title: 'ses send with configuration set and stored template',
      request: plain('ses', 'POST', '/v2/email/outbound-emails', {
        FromEmailAddress: 'a@example.com',
        ConfigurationSetName: 'Set',
        Content: { Template: { TemplateName: 'Welcome' } },
      }),
      needs: [
        `ses:SendEmail ${sesPrefix}:identity/example.com`,
        `ses:SendEmail ${sesPrefix}:configuration-set/Set`,
        `ses:SendEmail ${sesPrefix}:template/Welcome`,
      ],
    },
    {
      title: 'ses send of raw content',
      request: plain('ses', 'POST', '/v2/email/outbound-emails', {
        FromEmailAddress: 'a@example.com',
        Content: { Raw: { Data: '' } },
      }),
      needs: [`ses:SendRawEmail ${sesPrefix}:identity/example.com`],
    },
    {
      title: 'ses bulk',
      request: plain('ses', 'POST', '/v2/email/outbound-bulk-emails', {
        FromEmailAddress: 'a@example.com',
        ConfigurationSetName: 'Set',
        DefaultContent: { Template: { TemplateContent: {} } },
      }),
      needs: [
        `ses:SendBulkEmail ${sesPrefix}:identity/example.com`,
        `ses:SendBulkEmail ${sesPrefix}:configuration-set/Set`,
      ],
    },
    {
      title: 'ses suppression',
      request: plain('ses', 'PUT', '/v2/email/suppression/addresses'),
      needs: ['ses:PutSuppressedDestination *'],
    },
    {
      title: 'ses move of an address',
      request: plain('ses', 'PUT', '/v2/email/dedicated-ips/192.0.2.1/pool', {
        DestinationPoolName: 'spare',
      }),
      needs: [`ses:PutDedicatedIpInPool ${sesPrefix}:dedicated-ip-pool/spare`],
    },
    {
      title: 'ses account',
      request: plain('ses', 'GET', '/v2/email/account'),
      needs: ['ses:GetAccount *'],
    },
    { title: 'sts', request: plain('sts', 'POST', '/'), needs: [] },
  ];

  test.each(cases)('$title', ({ request, needs }) => {
    const permissions = requiredPermissions(request, context);
    expect(permissions.map(({ action, resource: on }) => `${action} ${on}`)).toEqual(needs);
  });

  test.each([
    {
      request: json('dynamodb', 'ExecuteStatement', {}),
      says: 'dynamodb ExecuteStatement needs: extend local/iam/actions/dynamodb.ts',
    },
    { request: plain('ses', 'GET', '/v2/email/tenants'), says: 'extend local/iam/actions/ses.ts' },
    { request: plain('glacier', 'GET', '/'), says: 'does not know service glacier' },
  ])(
    'an operation that no table maps is an error that names the table: $says',
    ({ request, says }) => {
      expect(() => requiredPermissions(request, context)).toThrow(says);
    },
  );

  test('a send carries the sender and its recipients as condition keys', () => {
    const [permission] = requiredPermissions(
      plain('ses', 'POST', '/v2/email/outbound-emails', {
        FromEmailAddress: '"News" <a@example.com>',
        Destination: { ToAddresses: ['x@y'], BccAddresses: ['z@y'] },
        Content: { Simple: {} },
      }),
      { ...context, identityFor: () => 'example.com' },
    );
    expect(permission?.conditionKeys).toMatchObject({
      'ses:fromaddress': ['a@example.com'],
      'ses:fromdisplayname': ['News'],
      'ses:recipients': ['x@y', 'z@y'],
    });
  });
});

describe('authorizer', () => {
  const statements = parsePolicy(policy('dynamodb:PutItem', { Resource: table }), 'P');
  const put = json('dynamodb', 'PutItem', { TableName: 'Ledger' });
  const get = json('dynamodb', 'GetItem', { TableName: 'Ledger' });

  test('lets the owner do anything, unrecorded', () => {
    const authorizer = authorizerOf();
    expect(authorizer.authorize({ ...get, principal: 'owner' })).toBeUndefined();
    expect(authorizer.calls()).toEqual([]);
  });

  test('lets a function do what its role allows, and counts', () => {
    const authorizer = authorizerOf();
    const asFunction = { ...put, principal: 'FN-Fn' };
    expect(authorizer.authorize(asFunction)).toBeUndefined();
    expect(authorizer.authorize(asFunction)).toBeUndefined();
    expect(authorizer.calls()).toEqual([
      {
        principal: 'Fn',
        action: 'dynamodb:PutItem',
        resource: table,
        count: 2,
        decision: 'allowed',
      },
    ]);
  });

  test('refuses the rest in the words of AWS, and records that too', () => {
    const authorizer = authorizerOf();
    const refusal = authorizer.authorize({ ...get, principal: 'FN-Fn' });
    expect(refusal?.status).toBe(400);
    expect(JSON.parse(String(refusal?.body))).toEqual({
      __type: 'AccessDeniedException',
      message: `User: ${arnPrefix}:sts::000000000000:assumed-role/Role/Fn is not authorized to perform: dynamodb:GetItem on resource: ${table} because no identity-based policy allows the dynamodb:GetItem action`,
    });
    expect(authorizer.calls()).toMatchObject([{ decision: 'not allowed', count: 1 }]);
  });

  test('a function that the template does not know may do nothing', () => {
    expect(authorizerOf().authorize({ ...put, principal: 'FN-Ghost' })?.status).toBe(400);
  });

  test('a condition is judged anew for every request', () => {
    const conditional = parsePolicy(
      policy('ses:SendEmail', {
        Condition: { StringEquals: { 'ses:FromAddress': 'good@example.com' } },
      }),
      'P',
    );
    const authorizer = createAuthorizer({
      ...context,
      grants: () => new Map([['Fn', { roleName: 'Role', statements: conditional }]]),
    });
    const send = (FromEmailAddress: string): AwsRequest => ({
      ...plain('ses', 'POST', '/v2/email/outbound-emails', { FromEmailAddress }),
      principal: 'FN-Fn',
    });
    expect(authorizer.authorize(send('good@example.com'))).toBeUndefined();
    expect(authorizer.authorize(send('bad@example.com'))?.status).toBe(403);
    expect(authorizer.authorize(send('good@example.com'))).toBeUndefined();
  });

  test('decisions are taken anew after policies were added', () => {
    let granted = parsePolicy({ Statement: [] }, 'P');
    const authorizer = createAuthorizer({
      ...context,
      grants: () => new Map([['Fn', { roleName: 'Role', statements: granted }]]),
    });
    const asFunction = { ...put, principal: 'FN-Fn' };
    expect(authorizer.authorize(asFunction)?.status).toBe(400);
    granted = statements;
    authorizer.reconsider();
    expect(authorizer.authorize(asFunction)).toBeUndefined();
  });

  function authorizerOf() {
    return createAuthorizer({
      ...context,
      grants: () => new Map([['Fn', { roleName: 'Role', statements }]]),
    });
  }
});

function policy(action: string, more: JsonObject = {}): JsonObject {
  return { Statement: [{ Effect: 'Allow', Action: action, Resource: '*', ...more }] };
}

function resource(logicalId: string, type: string, properties: JsonObject): CreatedResource {
  return { logicalId, type, properties, ref: logicalId };
}

function json(service: string, operation: string, input: JsonObject): AwsRequest {
  const request = plain(service, 'POST', '/', input);
  return { ...request, headers: { 'x-amz-target': `Prefix_2012.${operation}` } };
}

function plain(
  service: string,
  method: string,
  url: string,
  ...[body = '']: readonly (string | JsonObject)[]
): AwsRequest {
  return {
    service,
    principal: 'FN-Fn',
    method,
    url,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}
