import { type Theme, themes } from './state.ts';

const key = 'console-theme';

/** Returns the theme that was chosen before: that of the system where none was. */
export function rememberedTheme(): Theme {
  const kept = localStorage.getItem(key);
  return themes.find((one) => one === kept) ?? 'system';
}

/** Shows a theme and remembers it. */
export function showTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  document.documentElement.dataset['theme'] = theme;
}

/** Calls back whenever the colours change, be it by the switch or by the system. */
export function watchTheme(changed: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  });
}
