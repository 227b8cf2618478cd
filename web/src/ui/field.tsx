import { useId, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';
import type { ComponentChildren, Ref } from 'preact';
import type { IconName } from './icon-paths.ts';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly placeholder?: string | undefined;
  /** Words below the field: advice, or in the tones of `state` what is right or wrong. */
  readonly hint?: string | undefined;
  readonly state?: 'correct' | 'wrong' | undefined;
  readonly disabled?: boolean | undefined;
  readonly autoFocus?: boolean | undefined;
  readonly autoComplete?: string | undefined;
  readonly name?: string | undefined;
  readonly maxLength?: number | undefined;
  /** `ltr` for usernames, codes and addresses, which never turn round. */
  readonly direction?: 'auto' | 'ltr' | undefined;
  /** Drawn before the text and not part of it, such as @. */
  readonly sign?: string | undefined;
  readonly icon?: IconName | undefined;
  readonly input?: Ref<HTMLInputElement> | undefined;
  /** For the gallery. */
  readonly focused?: boolean;
}

type InputKind = 'text' | 'password';

function boxNames({ state, disabled, focused }: FieldProps): string {
  const names = ['field-box'];
  if (state === 'wrong') names.push('field-wrong');
  if (disabled) names.push('field-off');
  if (focused) names.push('focused');
  return names.join(' ');
}

function Labelled(props: { id: string; field: FieldProps; children: ComponentChildren }) {
  const { id, field, children } = props;
  const tone =
    field.state === 'wrong' ? 'field-hint-wrong' : field.state === 'correct' ? 'field-hint-good' : '';
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {field.label}
      </label>
      {children}
      <p
        id={`${id}-hint`}
        class={`field-hint ${tone}`}
        role={field.state ? 'status' : undefined}
        hidden={!field.hint}
      >
        {field.hint}
      </p>
    </div>
  );
}

function Input({ id, type, field }: { id: string; type: InputKind; field: FieldProps }) {
  const attributes = {
    id,
    ref: field.input ?? null,
    class: 'field-input',
    name: field.name,
    dir: field.direction ?? 'auto',
    value: field.value,
    placeholder: field.placeholder,
    disabled: field.disabled,
    maxLength: field.maxLength,
    autoFocus: field.autoFocus,
    autoComplete: field.autoComplete ?? 'off',
    autoCapitalize: field.direction === 'ltr' ? 'none' : undefined,
    spellcheck: field.direction === 'ltr' ? false : undefined,
    'aria-invalid': field.state === 'wrong' ? 'true' : undefined,
    'aria-describedby': field.hint ? `${id}-hint` : undefined,
    onInput: (event: InputEvent) => {
      if (event.currentTarget instanceof HTMLInputElement) field.onValue(event.currentTarget.value);
    },
  } as const;
  return type === 'password' ? (
    <input type="password" {...attributes} />
  ) : (
    <input type="text" {...attributes} />
  );
}

/** A line of text with its label above and its hint below. */
export function TextField(props: FieldProps) {
  const id = useId();
  return (
    <Labelled id={id} field={props}>
      <div class={boxNames(props)} onClick={() => document.getElementById(id)?.focus()}>
        {props.sign ? (
          <span class="field-handle">
            <span class="field-sign" aria-hidden="true">
              {props.sign}
            </span>
            <span class="field-fit">
              <span class="field-fit-width" aria-hidden="true">
                {props.value || props.placeholder}
              </span>
              <Input id={id} type="text" field={props} />
            </span>
          </span>
        ) : (
          <Input id={id} type="text" field={props} />
        )}
        {props.state === 'correct' && (
          <span class="ink-accent">
            <Icon name="check" size={20} />
          </span>
        )}
        {props.icon && (
          <span class="field-sign">
            <Icon name={props.icon} size={20} />
          </span>
        )}
      </div>
    </Labelled>
  );
}

/** A password with an eye that shows it. */
export function PasswordField(props: FieldProps & { readonly show: string; readonly hide: string }) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <Labelled id={id} field={props}>
      <div class={boxNames(props)}>
        <Input id={id} type={shown ? 'text' : 'password'} field={{ ...props, direction: 'ltr' }} />
        <button
          type="button"
          class="reach ink-2"
          aria-label={shown ? props.hide : props.show}
          title={shown ? props.hide : props.show}
          onClick={() => setShown(!shown)}
        >
          <Icon name={shown ? 'eye-off' : 'eye'} size={20} />
        </button>
      </div>
    </Labelled>
  );
}

export interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly clear: string;
  readonly input?: Ref<HTMLInputElement>;
  /** The key that leads here, drawn at the end. */
  readonly keyHint?: string;
  readonly autoFocus?: boolean;
}

/** The search well. Esc empties it. */
export function SearchField(props: SearchFieldProps) {
  return (
    <div class="field-box field-search" role="search">
      <Icon name="search" size={18} />
      <input
        ref={props.input ?? null}
        class="field-input"
        type="search"
        dir="auto"
        value={props.value}
        placeholder={props.placeholder}
        aria-label={props.label}
        aria-keyshortcuts={props.keyHint}
        autoFocus={props.autoFocus}
        onInput={(event) => props.onValue(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || props.value === '') return;
          event.stopPropagation();
          props.onValue('');
        }}
      />
      {props.value !== '' && (
        <button type="button" class="reach" aria-label={props.clear} onClick={() => props.onValue('')}>
          <Icon name="close" size={18} />
        </button>
      )}
      {props.value === '' && props.keyHint && (
        <kbd class="key" aria-hidden="true">
          {props.keyHint}
        </kbd>
      )}
    </div>
  );
}

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onValue: (value: string) => void;
  readonly hint?: string;
}

/** A choice among many, by the browser's own list. */
export function SelectField(props: SelectFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <div class="field-box">
        <select
          id={id}
          class="field-input field-select"
          value={props.value}
          onChange={(event) => props.onValue(event.currentTarget.value)}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" size={20} />
      </div>
      {props.hint && <p class="field-hint">{props.hint}</p>}
    </div>
  );
}

/** Several lines of text. */
export function AreaField(props: FieldProps & { readonly rows?: number }) {
  const id = useId();
  return (
    <Labelled id={id} field={props}>
      <div class={boxNames(props)}>
        <textarea
          id={id}
          class="field-input field-area"
          rows={props.rows ?? 2}
          dir="auto"
          value={props.value}
          placeholder={props.placeholder}
          maxLength={props.maxLength}
          aria-invalid={props.state === 'wrong' ? 'true' : undefined}
          aria-describedby={props.hint ? `${id}-hint` : undefined}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      </div>
    </Labelled>
  );
}
