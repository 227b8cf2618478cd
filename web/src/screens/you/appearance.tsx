import { Card } from '../../ui/card.tsx';
import { Segments, Switch } from '../../ui/choice.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Item } from '../../ui/row.tsx';
import { languages } from '../../platform/locale.ts';
import { letterKeys, textSize, textSizes, theme, themes } from '../../platform/theme.ts';
import { attempt } from '../../models/toasts.ts';
import { chooseToSpeak, language, say } from '../../words/words.ts';
import { Page } from './page.tsx';
import type { WordKey } from '../../words/catalogue.ts';

const themeWords = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;
const sizeWords: Readonly<Record<(typeof textSizes)[number], WordKey>> = {
  normal: 'textNormal',
  large: 'textLarge',
  larger: 'textLarger',
  largest: 'textLargest',
};

/** Language, colours, text size, keys. */
export function AppearancePage() {
  return (
    <Page title={say('appearance')}>
      <SelectField
        label={say('language')}
        value={language.value}
        options={languages.map(({ code, name }) => ({ value: code, label: name }))}
        onValue={(code) => {
          const chosen = languages.find((one) => one.code === code);
          if (chosen) void attempt(() => chooseToSpeak(chosen.code));
        }}
      />
      <div>
        <p class="field-label">{say('theme')}</p>
        <Segments
          label={say('theme')}
          value={theme.value}
          options={themes.map((value) => ({ value, label: say(themeWords[value]) }))}
          onValue={(value) => {
            theme.value = value;
          }}
        />
      </div>
      <SelectField
        label={say('textSize')}
        value={textSize.value}
        options={textSizes.map((value) => ({ value, label: say(sizeWords[value]) }))}
        onValue={(value) => {
          textSize.value = textSizes.find((size) => size === value) ?? 'normal';
        }}
      />
      <Card>
        <Item
          title={say('singleKeys')}
          detail={say('singleKeysDetail')}
          end={
            <Switch
              label={say('singleKeys')}
              checked={letterKeys.value}
              onChecked={(checked) => {
                letterKeys.value = checked;
              }}
            />
          }
        />
      </Card>
    </Page>
  );
}
