#!/usr/bin/env bash
# Sends one mail and one batch with the AWS CLI: a queue message is one JSON object.
#
# Against `npm start`, which takes any credentials:
#   export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
#   export AWS_ACCESS_KEY_ID=LOCAL AWS_SECRET_ACCESS_KEY=LOCAL
#   bash examples/aws-cli/send.sh
# Against your account (AWS_DEFAULT_REGION for version 1 of the AWS CLI):
#   AWS_PROFILE=... AWS_REGION=... bash examples/aws-cli/send.sh
#
# The body's JSON Schema is contract/send-request.schema.json.
set -euo pipefail

deployment="${GOODSTANDING_DEPLOYMENT:-goodstanding}"

# Not every version of the AWS CLI reads AWS_ENDPOINT_URL for SQS.
aws_sqs() {
  aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} sqs "$@"
}

enqueue() { # stream, body
  local queue
  queue="$(aws_sqs get-queue-url --queue-name "$deployment-$1-intake" --query QueueUrl --output text)"
  # The group is the tenant: SQS then shares the queue fairly between tenants.
  aws_sqs send-message --queue-url "$queue" --message-group-id default --message-body "$2"
}

# The id is yours: the same id is sent once, however often you enqueue it.
enqueue transactional "$(cat <<JSON
{
  "version": 1,
  "kind": "message",
  "id": "order-4713-$(date +%s)",
  "stream": "transactional",
  "from": { "name": "Example Shop", "address": "shop@example.com" },
  "to": "ada@example.org",
  "content": {
    "subject": "Your order is on its way 🎉",
    "text": "Hello Ada, it arrives tomorrow."
  }
}
JSON
)"

# Shared content, up to 50 recipients, each with values of its own for {{placeholders}}.
enqueue marketing "$(cat <<JSON
{
  "version": 1,
  "kind": "batch",
  "id": "spring-$(date +%s)",
  "stream": "marketing",
  "from": "news@example.com",
  "unsubscribe": { "url": "https://example.com/unsubscribe" },
  "content": { "subject": "Spring, {{name}}", "text": "Hello {{name}}, everything must go." },
  "recipients": [
    { "to": "ada@example.org", "data": { "name": "Ada" } },
    { "to": "grace@example.org", "data": { "name": "Grace" } }
  ]
}
JSON
)"
