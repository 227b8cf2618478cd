import { useId } from 'preact/hooks';
import { Icon } from './icons.tsx';

export interface ChoiceProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChecked?: (checked: boolean) => void;
  readonly disabled?: boolean;
  /** For the gallery. */
  readonly focused?: boolean;
}

/** On or off, at once. `label` is read aloud; the visible words stand beside it in the row. */
export function Switch({ label, checked, onChecked, disabled, focused }: ChoiceProps) {
  return (
    <span class={`choice ${focused ? 'focused' : ''}`}>
      <input
        type="checkbox"
        role="switch"
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChecked?.(event.currentTarget.checked)}
      />
      <span class="switch-track" />
    </span>
  );
}

/** A tick box. */
export function Checkbox({ label, checked, onChecked, disabled, focused }: ChoiceProps) {
  return (
    <span class={`choice ${focused ? 'focused' : ''}`}>
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChecked?.(event.currentTarget.checked)}
      />
      <span class="choice-mark">
        <Icon name="check" size={16} />
      </span>
    </span>
  );
}

/** One of several. */
export function Radio({
  label,
  checked,
  onChecked,
  disabled,
  name,
}: ChoiceProps & { readonly name?: string }) {
  return (
    <span class="choice">
      <input
        type="radio"
        name={name}
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={() => onChecked?.(true)}
      />
      <span class="choice-mark choice-radio" />
    </span>
  );
}

export interface RadioRowProps {
  /** The same for all rows of one question. */
  readonly group: string;
  readonly title: string;
  readonly detail: string;
  readonly checked: boolean;
  readonly onChecked: () => void;
}

/** One of several, with a sentence about it; the whole row is pressed. */
export function RadioRow({ group, title, detail, checked, onChecked }: RadioRowProps) {
  const id = useId();
  return (
    <label class="item radio-row">
      <span class="choice">
        <input
          type="radio"
          name={group}
          checked={checked}
          data-first={checked ? '' : undefined}
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-detail`}
          onChange={onChecked}
        />
        <span class="choice-mark choice-radio" />
      </span>
      <span class="grow">
        <span id={`${id}-title`}>{title}</span>
        <span id={`${id}-detail`} class="t-small ink-3">
          {detail}
        </span>
      </span>
    </label>
  );
}

export interface CheckRowProps {
  readonly title: string;
  readonly detail: string;
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
}

/** A tick box with a sentence about it; the whole row is pressed. */
export function CheckRow({ title, detail, checked, onChecked }: CheckRowProps) {
  const id = useId();
  return (
    <label class="item">
      <span class="choice">
        <input
          type="checkbox"
          checked={checked}
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-detail`}
          onChange={(event) => onChecked(event.currentTarget.checked)}
        />
        <span class="choice-mark">
          <Icon name="check" size={16} />
        </span>
      </span>
      <span class="grow">
        <span id={`${id}-title`}>{title}</span>
        <span id={`${id}-detail`} class="t-small ink-3">
          {detail}
        </span>
      </span>
    </label>
  );
}

export interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onValue: (value: Value) => void;
}

/** Two to four choices side by side; arrow keys move between them. */
export function Segments<Value extends string>({ label, value, options, onValue }: SegmentsProps<Value>) {
  const group = useId();
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} class={`segment ${option.value === value ? 'segment-chosen' : ''}`}>
          <input
            type="radio"
            name={group}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  );
}
