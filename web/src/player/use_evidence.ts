import { useEffect, useState } from 'preact/hooks';
import { getEvidence } from '../api/client';
import type { EvidenceAnswer, Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { failureText } from '../parts/failure';

/** What the server was asked for, and has said, of the evidence of a recording. */
export type Asked =
  | { state: 'unasked' | 'asking' }
  | { state: 'failed'; detail: string }
  | { state: 'told'; evidence: EvidenceAnswer };

/** Each stretch costs the server a run of the network: longer recordings are left until one asks. */
const kAskedUnbidden_s = 60;
const kKept = 20;

const kept = new Map<string, EvidenceAnswer>();

function keep(evidence: EvidenceAnswer): void {
  kept.set(evidence.id, evidence);
  for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - kKept))) kept.delete(id);
}

/** A recording that was stored with its evidence needs no asking. */
function storedWith(recording: Recording): EvidenceAnswer | null {
  const parts = [...recording.windows, ...recording.beats];
  return parts.some(({ evidence }) => evidence !== undefined) ? { ...recording, same_model: true } : null;
}

/** The evidence of a recording, and a way to ask for it where that is not done unbidden. */
export function useEvidence(recording: Recording | null): { asked: Asked; ask: () => void } {
  const speech = useSpeech();
  const [asked, setAsked] = useState<Asked>({ state: 'asking' });
  const [again, setAgain] = useState(0);
  const id = recording?.id;
  useEffect(() => {
    if (!recording || !id) return;
    const known = storedWith(recording) ?? kept.get(id);
    if (known) return setAsked({ state: 'told', evidence: known });
    if (again === 0 && recording.duration_s > kAskedUnbidden_s) return setAsked({ state: 'unasked' });
    let gone = false;
    setAsked({ state: 'asking' });
    getEvidence(id)
      .then((evidence) => {
        keep(evidence);
        if (!gone) setAsked({ state: 'told', evidence });
      })
      .catch((error: unknown) => !gone && setAsked({ state: 'failed', detail: failureText(error, speech) }));
    return () => {
      gone = true;
    };
  }, [id, again]);
  useEffect(() => setAgain(0), [id]);
  return { asked, ask: () => setAgain((count) => count + 1) };
}
