/** Names of the 64 verification emoji, in the order of the specification's table. */
export const names =
  `Dog,Cat,Lion,Horse,Unicorn,Pig,Elephant,Rabbit,Panda,Rooster,Penguin,Turtle,Fish,Octopus,Butterfly,Flower,Tree,Cactus,Mushroom,Globe,Moon,Cloud,Fire,Banana,Apple,Strawberry,Corn,Pizza,Cake,Heart,Smiley,Robot,Hat,Glasses,Spanner,Santa,Thumbs up,Umbrella,Hourglass,Clock,Gift,Light bulb,Book,Pencil,Paperclip,Scissors,Lock,Key,Hammer,Telephone,Flag,Train,Bicycle,Aeroplane,Rocket,Trophy,Ball,Guitar,Trumpet,Bell,Anchor,Headphones,Folder,Pin`.split(
    ',',
  );
