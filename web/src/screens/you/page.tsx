import { Header } from '../../ui/bar.tsx';
import { paths } from '../../paths.ts';
import { say } from '../../words/words.ts';
import type { ComponentChildren } from 'preact';

/** The frame of a page of the user's own: a title, a way back on a phone, and a column of reading width. */
export function Page(props: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="pane">
      <Header
        title={props.title}
        back={{ href: paths.you, label: say('back') }}
        backOnlyNarrow
        actions={props.actions}
      />
      <div class="scroll">
        <div class="page stack page-narrow">{props.children}</div>
      </div>
    </div>
  );
}
