import { useState } from 'preact/hooks';
import { Mark } from '../../ui/star.tsx';
import { Segments } from '../../ui/choice.tsx';
import { ColourParts, TypeParts, SpaceParts } from './foundations.tsx';
import { ButtonParts, ChoiceParts, FieldParts } from './controls.tsx';
import { BubbleParts, BubblePartsArabic, CardParts, RowParts, RowPartsArabic } from './conversation.tsx';
import { AvatarParts, BlankParts, DialogParts, IconParts, StatusParts, WaitingParts } from './states.tsx';
import '../../styles/bubbles.css';
import '../../styles/attachments.css';
import '../../styles/meeting.css';
import '../../styles/gallery.css';

/**
 * All parts of `ui` with all their states, to hold beside the drawings. It says the same in every language: it is a page
 * for those who build, and its samples stand for nobody's data.
 */
export function Gallery() {
  const [theme, setTheme] = useState<'light' | 'dark'>(
    document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light',
  );
  return (
    <div class="gallery" data-theme={theme} dir="ltr" lang="en">
      <main class="gallery-page">
        <header class="gallery-head">
          <Mark size={40} />
          <div class="grow">
            <h1 class="t-display">Majlis components</h1>
            <p class="t-small ink-3">
              4 px grid · 44 px targets · two weights only: 400 and 700 · one accent, set by the operator
            </p>
          </div>
          <div class="gallery-theme">
            <Segments
              label="Theme"
              value={theme}
              options={[
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
              onValue={setTheme}
            />
          </div>
          <p class="t-display" lang="ar" dir="rtl">
            مكوّنات مجلس
          </p>
        </header>
        <ColourParts />
        <TypeParts />
        <SpaceParts />
        <ButtonParts />
        <ChoiceParts />
        <FieldParts />
        <RowParts />
        <RowPartsArabic />
        <BubbleParts />
        <BubblePartsArabic />
        <CardParts />
        <StatusParts />
        <DialogParts />
        <WaitingParts />
        <BlankParts />
        <AvatarParts />
        <IconParts />
      </main>
    </div>
  );
}
