import { useEffect, useState } from 'preact/hooks';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
export type Scheme = 'light' | 'dark';

const dark = matchMedia('(prefers-color-scheme: dark)');

export function storedTheme(): Theme {
  const stored = localStorage.getItem('theme');
  return themes.find((theme) => theme === stored) ?? 'auto';
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem('theme', theme);
  document.documentElement.dataset['theme'] = theme;
  document.documentElement.dispatchEvent(new Event('themechange'));
}

function currentScheme(): Scheme {
  const theme = storedTheme();
  return theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
}

/** The colour scheme in force, for what is drawn on a canvas. */
export function useScheme(): Scheme {
  const [scheme, setScheme] = useState(currentScheme);
  useEffect(() => {
    const follow = () => setScheme(currentScheme());
    dark.addEventListener('change', follow);
    document.documentElement.addEventListener('themechange', follow);
    return () => {
      dark.removeEventListener('change', follow);
      document.documentElement.removeEventListener('themechange', follow);
    };
  }, []);
  return scheme;
}

/** The value that the colour `--name` has now, as a canvas takes it. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  probe.hidden = true;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** The style-sheet name of a class's colour; unknown labels are shown like artifacts. */
export function classColour(label: string): string {
  const known = ['Artifact', 'Murmur', 'Normal', 'Extrahls', 'Extrastole'];
  return `class-${(known.includes(label) ? label : 'Artifact').toLowerCase()}`;
}
