#!/usr/bin/env python3
"""Sends one mail and one batch with boto3: a queue message is one JSON object.

Needs boto3 (`pip install boto3`). Against `npm start`, which takes any credentials:
    export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1
    export AWS_ACCESS_KEY_ID=LOCAL AWS_SECRET_ACCESS_KEY=LOCAL
    python3 examples/python/send.py
Against your account:
    AWS_PROFILE=... AWS_REGION=... python3 examples/python/send.py

The body's JSON Schema is contract/send-request.schema.json. SQS takes 1 MiB a message: put larger
attachments into the content bucket and name them by s3Key.
"""

import json
import os
import time

import boto3

deployment = os.environ.get("GOODSTANDING_DEPLOYMENT", "goodstanding")
sqs = boto3.client(
    "sqs",
    region_name=os.environ.get("AWS_REGION", "us-east-1"),
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL"),
)

# The id is yours: the same id is sent once, however often you enqueue it.
mail = {
    "version": 1,
    "kind": "message",
    "id": f"order-4712-{time.time_ns()}",
    "stream": "transactional",
    "from": {"name": "Example Shop", "address": "shop@example.com"},
    "to": "ada@example.org",
    "content": {
        "subject": "Your order is on its way 🎉",
        "text": "Hello Ada, it arrives tomorrow.",
    },
}

# Shared content, up to 50 recipients, each with values of its own for {{placeholders}}.
newsletter = {
    "version": 1,
    "kind": "batch",
    "id": f"spring-{time.time_ns()}",
    "stream": "marketing",
    "from": "news@example.com",
    "unsubscribe": {"url": "https://example.com/unsubscribe"},
    "content": {"subject": "Spring, {{name}}", "text": "Hello {{name}}, everything must go."},
    "recipients": [
        {"to": "ada@example.org", "data": {"name": "Ada"}},
        {"to": "grace@example.org", "data": {"name": "Grace"}},
    ],
}

for request in (mail, newsletter):
    queue = sqs.get_queue_url(QueueName=f"{deployment}-{request['stream']}-intake")["QueueUrl"]
    answer = sqs.send_message(
        QueueUrl=queue,
        MessageBody=json.dumps(request),
        # The tenant: SQS then shares the queue fairly between tenants.
        MessageGroupId=request.get("tenant", "default"),
    )
    print(f"enqueued {request['id']} as SQS message {answer['MessageId']}")
