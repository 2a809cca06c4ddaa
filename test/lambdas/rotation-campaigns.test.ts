/** An app that names a campaign for each mail is told so apart no further than memory allows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Origin } from '../../domain/evidence/model.ts';
import { epochMs, hourMs, secondMs } from '../../domain/time.ts';
import { campaignsMax, createCampaigns } from '../../lambdas/rotation/campaigns.ts';

const at = epochMs(Date.parse('2026-03-01T12:00:00Z'));

const originOf = (campaign: string, tenant = 'acme'): Origin => ({
  ...{ tenant, identity: 'acme.example', stream: 's', pool: 'a', provider: 'gmail' },
  campaign,
});

test('a tenant with a campaign for each mail counts as one more campaign, and others are as they were', () => {
  const campaigns = createCampaigns();
  const told = Array.from(
    { length: 1000 },
    (_, index) => campaigns.admit(originOf(`c${index}`), at).campaign,
  );
  expect(new Set(told).size).toBe(campaignsMax + 1);
  expect(campaigns.admit(originOf('c999', 'bolt'), at).campaign).toBe('c999');
});

test('a campaign that rests makes room for a new one', () => {
  const campaigns = createCampaigns();
  for (let index = 0; index < campaignsMax; index += 1) campaigns.admit(originOf(`c${index}`), at);
  expect(campaigns.admit(originOf('new'), epochMs(at + 3 * hourMs)).campaign).toBe('');
  expect(campaigns.admit(originOf('new'), epochMs(at + 3 * hourMs + secondMs)).campaign).toBe(
    'new',
  );
  expect(campaigns.known(originOf('c0')).campaign).toBe('');
});

test('a failure is its campaign’s exactly where its mail was counted as that campaign’s', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 60 }), (names) => {
      const campaigns = createCampaigns();
      for (const name of names) {
        const { campaign } = campaigns.admit(originOf(`c${name}`), at);
        expect(campaigns.known(originOf(`c${name}`)).campaign).toBe(campaign);
      }
    }),
  );
});
