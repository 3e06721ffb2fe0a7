import { useEffect, useRef } from 'preact/hooks';

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'button', 'range'].includes(target.type)));

const isPressed = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('button, a, summary, input') !== null;

/** Keys of the whole page; not while one writes, a dialog is open, or a modifier is held. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (writes(event.target) || document.querySelector('dialog[open]')) return;
      // Space and Enter belong to the control that has the focus.
      if ((event.key === ' ' || event.key === 'Enter') && isPressed(event.target)) return;
      const action = latest.current[event.key];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
