import { svg, type TemplateResult } from 'lit-html';

/** Signs of 16 × 16, each a shape of its own, so that none is told by its colour alone. */
const paths = {
  ok: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.2-4.3 5-2.9-2.8 1.1-1.1 1.7 1.7 3.2-3.8 1.2 1Z',
  look: 'M8 1.2 15.4 14.4H.6L8 1.2Zm-.8 5v3.9h1.6V6.2H7.2Zm0 5v1.6h1.6v-1.6H7.2Z',
  stopped:
    'M4.9 1h6.2L15 4.9v6.2L11.1 15H4.9L1 11.1V4.9L4.9 1Zm.4 3.2L4.2 5.3 6.9 8l-2.7 2.7 1.1 1.1L8 9.1l2.7 2.7 1.1-1.1L9.1 8l2.7-2.7-1.1-1.1L8 6.9 5.3 4.2Z',
  rising: 'M8 2 14 9h-4v5H6V9H2l6-7Z',
  falling: 'M8 14 2 7h4V2h4v5h4l-6 7Z',
  ring: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 2a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z',
  dot: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z',
  pause: 'M4 2.5h3v11H4v-11Zm5 0h3v11H9v-11Z',
  clock:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8ZM7.2 4.4v4.1l3 2 .9-1.3-2.3-1.5V4.4H7.2Z',
  back: 'M6.5 2 1.8 6.2l4.7 4.2V7.6h3.2a2.4 2.4 0 0 1 0 4.9H5v1.8h4.7a4.2 4.2 0 0 0 0-8.5H6.5V2Z',
  cross:
    'M3.6 2.2 8 6.6l4.4-4.4 1.4 1.4L9.4 8l4.4 4.4-1.4 1.4L8 9.4l-4.4 4.4-1.4-1.4L6.6 8 2.2 3.6l1.4-1.4Z',
  copy: 'M5 1h9v10h-2.6v4H2V5h3V1Zm1.6 4h4.8v4.4h1V2.6H6.6V5Zm-3 1.6v6.8h6.2V6.6H3.6Z',
  sun: 'M8 4.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM7.2.6h1.6v2.2H7.2V.6Zm0 12.6h1.6v2.2H7.2v-2.2ZM.6 7.2h2.2v1.6H.6V7.2Zm12.6 0h2.2v1.6h-2.2V7.2ZM2.2 3.3l1.1-1.1 1.6 1.6-1.1 1.1-1.6-1.6Zm8.9 8.9 1.1-1.1 1.6 1.6-1.1 1.1-1.6-1.6Zm0-8.4 1.6-1.6 1.1 1.1-1.6 1.6-1.1-1.1Zm-8.9 8.9 1.6-1.6 1.1 1.1-1.6 1.6-1.1-1.1Z',
  moon: 'M6.2 1.3A6.9 6.9 0 1 0 14.7 9.8 5.6 5.6 0 0 1 6.2 1.3Z',
  half: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.8v10.4a5.2 5.2 0 0 1 0-10.4Z',
  person:
    'M8 1.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM1.8 14.5c0-3.4 2.8-5.4 6.2-5.4s6.2 2 6.2 5.4H1.8Z',
} as const;

export type IconName = keyof typeof paths;

/** Returns a sign; the words beside it say the same, so it is hidden from screen readers. */
export function icon(name: IconName): TemplateResult {
  return svg`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[name]} fill-rule="evenodd"/></svg>`;
}
