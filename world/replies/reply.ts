/** Why a provider did not take a mail. */
export type Refusal =
  | 'outage'
  | 'noise'
  | 'greylist'
  | 'quota-ip'
  | 'quota-domain'
  | 'low-ip'
  | 'low-domain'
  | 'refused-ip'
  | 'refused-range'
  | 'refused-domain'
  | 'listed-ip'
  | 'listed-domain'
  | 'unknown-users'
  | 'unknown-user'
  | 'content';

/** Enhanced status and text, with `{ip}`, `{domain}`, `{listed}` and `{zone}` where it quotes them. */
export type Reply = readonly [status: string, text: string];

/** Replies by what they are about; a provider that knows several words for it uses all of them. */
export type Replies = Readonly<Partial<Record<Refusal, readonly [Reply, ...Reply[]]>>>;
