import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useRef, useState } from 'preact/hooks';
import { useSpeech } from '../i18n';
import { Icon } from './icons';

export interface Toast {
  text: string;
  kind?: 'error';
  action?: { label: string; run: () => void };
}

type Show = (toast: Toast) => void;
const ToastContext = createContext<Show>(() => undefined);

/** Shows a short message at the edge of the page; one with an action stays longer. */
export const useToast = () => useContext(ToastContext);

export function Toasts({ children }: { children: ComponentChildren }) {
  const { t } = useSpeech();
  const [toasts, setToasts] = useState<(Toast & { key: number })[]>([]);
  const counter = useRef(0);
  const drop = (key: number) => setToasts((all) => all.filter((toast) => toast.key !== key));
  const show = useCallback((toast: Toast) => {
    const key = counter.current++;
    setToasts((all) => [...all.slice(-2), { ...toast, key }]);
    setTimeout(() => drop(key), toast.action ? 30_000 : 6_000);
  }, []);
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div class="toasts" role="status" aria-live="polite">
        {toasts.map(({ key, text, kind, action }) => (
          <div key={key} class={`toast ${kind ?? ''}`}>
            <span>{text}</span>
            {action && (
              <button
                class="quiet"
                onClick={() => {
                  drop(key);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button class="quiet round" aria-label={t('close')} onClick={() => drop(key)}>
              <Icon name="close" size={16} />
            </button>
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
