import { defineConfig } from './contract/pipeline-config.ts';

/** The one file to edit; every field is documented where its type is, in contract/pipeline-config.ts. */
export const config = defineConfig({
  deployment: 'goodstanding',

  // A domain you own. With its Route 53 zone given, DKIM, SPF and MX records are written for you:
  //   zone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' }
  sendingDomains: [{ domain: 'example.com' }],

  // For a first mail within minutes, without DNS: an address of yours; AWS mails you a link to click.
  sendingAddresses: [],

  // 'single': you send for yourself. 'many': accounts are added with `npx goodstanding tenants add`.
  tenancy: 'single',

  streams: {
    transactional: {
      lane: 'transactional',
      pools: ['shared'],
      deliveryEvents: true,
      ambiguous: 'resend',
    },
    marketing: { pools: ['shared'] },
  },

  // A newcomer has no dedicated IPs; 'standard' and 'managed' pools come when volume earns them.
  pools: { shared: { kind: 'shared' } },

  // alarmEmail: 'oncall@example.com',
});
