import type { ComponentChildren } from 'preact';

/** One part of the page with its name and a remark. */
export function Part(props: {
  title: string;
  remark?: string;
  rtl?: boolean;
  /** Beside another part: as wide as it, wider or narrower. */
  half?: 'half' | 'wide' | 'narrow';
  children: ComponentChildren;
}) {
  return (
    <section
      class={`part ${props.half ? `part-${props.half}` : ''}`}
      dir={props.rtl ? 'rtl' : 'ltr'}
      lang={props.rtl ? 'ar' : 'en'}
    >
      <div class="part-head">
        <h2 class="t-label bold">{props.title}</h2>
        <span class="t-meta ink-3">{props.remark}</span>
      </div>
      {props.children}
    </section>
  );
}
