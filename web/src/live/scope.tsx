import { useEffect, useRef } from 'preact/hooks';
import { colour, useScheme } from '../parts/theme';

const kShown_s = 6;
const kColumns_s = 100;

/** The loudest sample of each hundredth of a second, newest last. */
export class Envelope {
  readonly peaks: number[] = [];
  private peak = 0;
  private count = 0;

  add(samples: Float32Array, sampleRate_hz: number): void {
    const size = Math.max(1, Math.round(sampleRate_hz / kColumns_s));
    for (const sample of samples) {
      this.peak = Math.max(this.peak, Math.abs(sample));
      if (++this.count >= size) {
        this.peaks.push(this.peak);
        this.peak = 0;
        this.count = 0;
      }
    }
    if (this.peaks.length > kShown_s * kColumns_s) this.peaks.splice(0, this.peaks.length - kShown_s * kColumns_s);
  }
}

/** The last seconds of what the microphone hears, scaled to what was loudest. */
export function Scope({ envelope, label }: { envelope: Envelope; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const ink = colour('accent');
    const line = colour('line');
    let frame = 0;
    const draw = () => {
      frame = requestAnimationFrame(draw);
      const width = (element.width = element.clientWidth * devicePixelRatio);
      const height = (element.height = element.clientHeight * devicePixelRatio);
      const most = Math.max(0.004, ...envelope.peaks);
      const total = kShown_s * kColumns_s;
      context.fillStyle = line;
      context.fillRect(0, height / 2, width, devicePixelRatio);
      context.fillStyle = ink;
      envelope.peaks.forEach((peak, i) => {
        const size = Math.max(1, (peak / most) * height * 0.92);
        const x = ((total - envelope.peaks.length + i) / total) * width;
        context.fillRect(x, (height - size) / 2, Math.max(1, width / total - 0.5), size);
      });
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [envelope, scheme]);
  return <canvas class="scope" ref={canvas} role="img" aria-label={label} />;
}
