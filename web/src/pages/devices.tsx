import { useEffect, useState } from 'preact/hooks';
import { listDevices, setDefaults } from '../api/client';
import { listen } from '../api/events';
import type { Device, DeviceDefaults } from '../api/types';
import { useSpeech } from '../i18n';
import { Dialog } from '../parts/dialog';
import { failureText } from '../parts/failure';
import { FirstSteps } from '../parts/first_steps';
import { Icon } from '../parts/icons';
import { useToast } from '../parts/toasts';
import { ClassLabel, Reason } from '../parts/verdict';
import { hrefOf, hrefOfRecording } from '../router';

const formats = ['s16', 's24', 's32', 'u8', 'f32'];
const rates = [4000, 8000, 16000, 22050, 32000, 44100, 48000];

function DefaultsForm({ device, onDone }: { device: Device; onDone: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const toast = useToast();
  const [failure, setFailure] = useState('');
  const { defaults, assumed } = device;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const numberOf = (name: string) => {
      const text = String(form.get(name) ?? '').trim();
      return text === '' ? null : Number(text);
    };
    const changed: DeviceDefaults = {
      sample_rate: numberOf('sample_rate'),
      channels: numberOf('channels'),
      format: String(form.get('format') ?? '') || null,
      gain: numberOf('gain'),
    };
    try {
      await setDefaults(device.name, changed);
      toast({ text: t('devices.saved', { device: device.name }) });
      onDone();
    } catch (error) {
      setFailure(failureText(error, speech));
    }
  };

  return (
    <form class="review" onSubmit={(event) => void submit(event)}>
      <p class="hint">{t('devices.defaultsHint')}</p>
      <label>
        {t('devices.rate')}
        <input name="sample_rate" type="number" min={1000} max={192000} list="rates" value={defaults.sample_rate ?? ''} placeholder={String(assumed.sample_rate ?? '')} />
        <datalist id="rates">
          {rates.map((rate) => (
            <option key={rate} value={rate} />
          ))}
        </datalist>
      </label>
      <label>
        {t('devices.channels')}
        <input name="channels" type="number" min={1} max={8} value={defaults.channels ?? ''} placeholder={String(assumed.channels ?? '')} />
      </label>
      <label>
        {t('devices.format')}
        <select name="format" value={defaults.format ?? ''}>
          <option value="">{t('devices.unset')}</option>
          {formats.map((format) => (
            <option key={format} value={format}>
              {format}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('devices.gain')}
        <input name="gain" type="number" min={0} max={1000} step="any" value={defaults.gain ?? ''} placeholder={String(assumed.gain ?? '')} />
      </label>
      {failure && (
        <p class="problem" role="alert">
          {failure}
        </p>
      )}
      <button class="primary">{t('save')}</button>
    </form>
  );
}

/** A level meter from -60 dBFS to full scale. */
function Level({ level_dbfs }: { level_dbfs: number }) {
  const { t, number } = useSpeech();
  const share = Math.max(0, Math.min(1, 1 + level_dbfs / 60));
  return (
    <span class="level">
      <span class="track" aria-hidden="true">
        <i style={{ inlineSize: `${100 * share}%` }} />
      </span>
      {t('devices.dbfs', { db: number(level_dbfs, 0) })}
    </span>
  );
}

function DeviceCard({ device, now_ms, edit }: { device: Device; now_ms: number; edit: () => void }) {
  const { t, number, percent, ago, time } = useSpeech();
  const { defaults } = device;
  const isOther = device.detected_rate_hz !== null && device.detected_rate_hz !== device.declared_rate_hz;
  const set = [
    defaults.sample_rate !== null && `${number(defaults.sample_rate)} Hz`,
    defaults.channels !== null && `${defaults.channels} ch`,
    defaults.format,
    defaults.gain !== null && `×${number(defaults.gain)}`,
  ].filter(Boolean);
  return (
    <article class="card device-card">
      <header>
        <h2>
          <bdi>{device.name || t('device.unnamed')}</bdi>
        </h2>
        {device.last_seen !== null && (
          <time dateTime={device.last_seen} title={time(device.last_seen)}>
            {ago(device.last_seen, now_ms)}
          </time>
        )}
      </header>
      {device.latest && (
        <p class="device-latest">
          <a href={hrefOfRecording(device.latest.id)}>
            <ClassLabel label={device.latest.class} />
            <span class={`figure ${device.latest.reliable ? '' : 'doubtful'}`} title={device.latest.reliable ? undefined : t('quality.unreliable')}>
              {!device.latest.reliable && <Icon name="warning" size={14} />}
              {!device.latest.reliable && <span class="sr-only">{t('confidence.doubtful')}: </span>}
              {number(Math.floor(device.latest.confidence))} %
            </span>
          </a>
          <a href={hrefOf('history', `?device=${encodeURIComponent(device.name)}`)}>
            {t('devices.recordings', { count: number(device.recordings) })}
          </a>
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{t('devices.declared')}</dt>
          <dd>{device.declared_rate_hz === null ? '–' : `${number(device.declared_rate_hz)} Hz`}</dd>
        </div>
        <div>
          <dt>{t('devices.detected')}</dt>
          <dd class={isOther ? 'suspect' : ''}>
            {isOther && <Icon name="warning" size={16} />}
            {device.detected_rate_hz === null ? t('devices.untold') : `${number(device.detected_rate_hz)} Hz`}
          </dd>
        </div>
        <div>
          <dt>{t('devices.level')}</dt>
          <dd>{device.level_dbfs === null ? '–' : <Level level_dbfs={device.level_dbfs} />}</dd>
        </div>
        <div>
          <dt>{t('devices.clipped')}</dt>
          <dd>{device.clipped_fraction === null ? '–' : percent(device.clipped_fraction, 2)}</dd>
        </div>
        <div>
          <dt>{t('devices.defaults')}</dt>
          <dd>{set.length > 0 ? set.join(', ') : t('devices.unset')}</dd>
        </div>
      </dl>
      {device.warnings.length > 0 ? (
        <ul class="warnings" aria-label={t('devices.warnings')}>
          {device.warnings.map((warning) => (
            <li key={warning}>
              <Icon name="warning" size={16} />
              <span>
                <Reason text={warning} />
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p class="quality good">
          <Icon name="good" size={18} />
          {t('devices.fine')}
        </p>
      )}
      <footer>
        <button onClick={edit}>{t('devices.edit')}</button>
      </footer>
    </article>
  );
}

export default function DevicesPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [devices, setDevices] = useState<Device[] | null>(null);
  const [failure, setFailure] = useState('');
  const [editing, setEditing] = useState<string | null>(null);
  const [now_ms, setNow] = useState(Date.now());

  const load = () =>
    listDevices()
      .then((all) => {
        setDevices(all);
        setFailure('');
        setNow(Date.now());
      })
      .catch((error: unknown) => setFailure(failureText(error, speech)));

  useEffect(() => {
    void load();
    // A burst of recordings asks once.
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((event) => {
      if (event.kind === 'status') return;
      clearTimeout(waiting);
      waiting = setTimeout(() => void load(), 500);
    });
    return () => {
      clearTimeout(waiting);
      stop();
    };
  }, []);

  const edited = devices?.find(({ name }) => name === editing);
  return (
    <>
      <h1>{t('nav.devices')}</h1>
      {failure && <p class="problem">{failure}</p>}
      {devices === null && !failure && <p class="loading">{t('loading')}</p>}
      {devices?.length === 0 && <FirstSteps />}
      <div class="device-grid">
        {devices?.map((device) => (
          <DeviceCard key={device.name} device={device} now_ms={now_ms} edit={() => setEditing(device.name)} />
        ))}
      </div>
      {edited && (
        <Dialog title={t('devices.defaultsOf', { device: edited.name })} onClose={() => setEditing(null)}>
          <DefaultsForm
            device={edited}
            onDone={() => {
              setEditing(null);
              void load();
            }}
          />
        </Dialog>
      )}
    </>
  );
}
