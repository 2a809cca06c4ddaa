import { type ActionMapping, unmapped } from './action-mapping.ts';

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
const actions: Readonly<Record<string, string>> = {
  GetTopicAttributes: 'sns:GetTopicAttributes',
  ListSubscriptionsByTopic: 'sns:ListSubscriptionsByTopic',
  Publish: 'sns:Publish',
  PublishBatch: 'sns:Publish',
};

/** Maps SNS requests, which come as forms. */
export const snsActions: ActionMapping = (request) => {
  const form = new URLSearchParams(request.body.toString());
  const operation = form.get('Action') ?? '';
  const action = actions[operation];
  if (action === undefined) throw unmapped('sns', operation, 'sns.ts');
  return [{ action, resource: form.get('TopicArn') ?? form.get('TargetArn') ?? '*' }];
};
