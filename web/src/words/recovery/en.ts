/** Words for recovery: common nouns that look and sound different. */
export const words = `
palm bridge moon bread key shore olive lantern horse rain book brook tree mountain valley ocean river cloud wind sun star heaven
earth sand stone clay gold silver copper iron timber paper pencil ink notebook door window wall roof stairs house tent palace tower
market square road orchard field wheat barley rice lentil bean onion garlic carrot cucumber melon pomegranate apple grape fig apricot
orange lemon banana date honey milk cheese butter salt sugar tea coffee water juice spoon plate cup kettle pot knife table chair bed
pillow carpet curtain lamp candle fire smoke ash shirt robe cloak turban ring bracelet necklace shoe belt scarf thread needle
scissors cloth wool cotton silk camel sheep goat cow bull pony donkey rabbit gazelle lion tiger wolf fox elephant monkey cat dog bear
bird dove falcon eagle nightingale duck rooster parrot fish whale turtle frog ant bee butterfly spider doctor teacher carpenter smith
baker tailor shepherd farmer hunter sailor driver writer poet judge guard merchant soldier king queen guest neighbour friend brother
sister child eye ear nose mouth tooth tongue hand finger shoulder heart knee foot hair ship boat sail anchor oar harbour island desert
oasis well spring waterfall lake meadow cave rock lightning thunder snow dew mist dawn morning noon evening night day month year
summer autumn winter rose jasmine daffodil basil mint thyme amber pearl coral emerald ruby flute drum trumpet bell clock scale mirror
chest basket bag stick umbrella map compass wheel cart train chalk ruler bamboo garden fountain bakery library museum theatre
violin kite ladder hammer nail saw brush bucket rope feather pepper pumpkin peach plum cherry walnut almond`
  .trim()
  .split(/\s+/);
