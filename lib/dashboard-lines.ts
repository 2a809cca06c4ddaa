/**
 * Tables of what rotation writes into its log every ten minutes. A metric for each tenant or mailbox provider
 * would cost 0.30 USD a month; a query reads a few kilobytes of log at 0.005 USD a gigabyte.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
import {
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { namesOf } from '../contract/names.ts';

type Lines = {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly query: readonly string[];
};

/** Returns the mail of each stream by mailbox provider. */
export function flowTable(deployment: string): IWidget {
  return tableOf(deployment, {
    title: 'By stream and mailbox provider, of mail that is ten minutes old or older',
    width: 24,
    height: 7,
    query: [
      "filter code = 'rotation.flow'",
      'stats sum(accepted) as mails, sum(deferred) as deferrals, sum(bounced) as bounces, sum(complained) as complaints by stream, provider',
      'sort mails desc',
      'limit 40',
    ],
  });
}

/** Returns how each pool stands with each mailbox provider, as rotation said last. */
export function poolTable(deployment: string): IWidget {
  return tableOf(deployment, {
    title: 'Pools by mailbox provider, as they stood last',
    width: 12,
    height: 7,
    query: [
      "filter code = 'rotation.pool'",
      'stats latest(state) as stands, latest(sentToday) as sent, latest(dayCap) as cap by pool, provider',
      'sort pool, provider',
      'limit 100',
    ],
  });
}

/** Returns the tenants whose mail fails most beyond what is tolerated, with their evidence. */
export function riskTable(deployment: string): IWidget {
  return tableOf(deployment, {
    title: 'Tenants at risk, by the evidence of a day',
    width: 16,
    height: 8,
    query: [
      "filter code = 'rotation.at-risk'",
      'stats latest(signal) as what, latest(sent) as mails, latest(failed) as failures, latest(ratePercent) as percent, latest(toleratedPercent) as tolerated, latest(evidence) as weight by tenant',
      'sort weight desc',
      'limit 10',
    ],
  });
}

function tableOf(deployment: string, { title, width, height, query }: Lines): IWidget {
  const names = namesOf(deployment);
  return new LogQueryWidget({
    title,
    width,
    height,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: [names.logGroup(names.rotationFunction)],
    queryLines: [...query],
  });
}
