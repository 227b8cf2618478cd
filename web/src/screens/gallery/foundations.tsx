import { Part } from './part.tsx';

const colours: readonly (readonly [name: string, use: string])[] = [
  ['paper', 'ground'],
  ['surface', 'bars, bubbles, cards'],
  ['well', 'fields, wells'],
  ['line', 'hairlines'],
  ['edge', 'control borders'],
  ['ink', 'text'],
  ['ink-2', 'second text'],
  ['ink-3', 'times, hints'],
  ['accent', 'actions, links, focus'],
  ['accent-press', 'pressed fill'],
  ['on-accent', 'text on accent'],
  ['soft', 'own bubble, selection'],
  ['soft-ink', 'text on soft'],
  ['warn', 'caution'],
  ['warn-soft', 'caution ground'],
  ['danger', 'remove, failed'],
  ['danger-soft', 'error ground'],
  ['on-danger', 'text on danger'],
];

export function ColourParts() {
  return (
    <Part title="Colour" remark="text needs 4.5, controls 3.0">
      <div class="swatches">
        {colours.map(([name, use]) => (
          <div key={name}>
            <span class={`swatch swatch-${name}`} />
            <p class="t-meta bold">{name}</p>
            <p class="t-meta ink-3">{use}</p>
          </div>
        ))}
      </div>
    </Part>
  );
}

const types: readonly (readonly [role: string, size: string, latin: string, arabic: string])[] = [
  ['display', '26 / 36 · 40 ar', 'Sitting together', 'مجلس واحد للجميع'],
  ['title', '20 / 28 · 32 ar', 'Old Market Committee', 'لجنة السوق القديم'],
  ['heading', '16 / 24 · 26 ar', 'Starts in 10 minutes', 'يبدأ بعد ١٠ دقائق'],
  ['body', '16 / 24 · 26 ar', 'Shall we keep the old keystone?', 'هل نُبقي حجر القوس القديم؟'],
  ['small', '14 / 20 · 22 ar', '3 messages waiting to be sent', '٣ رسائل تنتظر الإرسال'],
  ['meta', '12 / 16 · 13 / 18 ar', '12 members · 480 KB', '١٢ عضوًا · ٤٨٠ ك.ب'],
];

export function TypeParts() {
  return (
    <Part title="Type" remark="Latin and Arabic share sizes; Arabic takes more leading" half="wide">
      {types.map(([role, size, latin, arabic]) => (
        <div key={role} class="type-line">
          <span class="type-role t-meta ink-3">
            <b class="ink-2">{role}</b>
            <br />
            {size}
          </span>
          <span class={`grow t-${role}`}>{latin}</span>
          <span class={`t-${role}`} lang="ar" dir="rtl">
            {arabic}
          </span>
        </div>
      ))}
    </Part>
  );
}

export function SpaceParts() {
  return (
    <Part title="Space, radius, elevation" half="narrow">
      <div class="sample-row sample-end">
        {[4, 8, 12, 16, 20, 24, 32, 48].map((size) => (
          <span key={size} class="t-meta ink-3">
            <svg width={size} height={size} aria-hidden="true">
              <rect width={size} height={size} rx="2" fill="var(--accent)" />
            </svg>
            {size}
          </span>
        ))}
      </div>
      <div class="sample-row">
        {[
          ['6', 'joined'],
          ['8', 'quote'],
          ['12', 'control'],
          ['16', 'card, bubble'],
          ['22', 'composer'],
        ].map(([radius, use]) => (
          <span key={radius} class="t-meta ink-3">
            <span class={`radius radius-${radius}`} />
            <b class="ink-2">{radius}</b> {use}
          </span>
        ))}
      </div>
      <div class="sample-row">
        <div class="card card-pad grow t-meta">
          <b>0 hairline</b>
          <p class="ink-2">everything at rest</p>
        </div>
        <div class="card card-pad grow t-meta floating">
          <b>1 floating</b>
          <p class="ink-2">menu, toast, dialog</p>
        </div>
      </div>
    </Part>
  );
}
