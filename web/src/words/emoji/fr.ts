/** Noms des 64 emoji de vérification, dans l'ordre de la table de la spécification. */
export const names =
  `Chien,Chat,Lion,Cheval,Licorne,Cochon,Éléphant,Lapin,Panda,Coq,Pingouin,Tortue,Poisson,Pieuvre,Papillon,Fleur,Arbre,Cactus,Champignon,Globe,Lune,Nuage,Feu,Banane,Pomme,Fraise,Maïs,Pizza,Gâteau,Cœur,Sourire,Robot,Chapeau,Lunettes,Clé plate,Père Noël,Pouce levé,Parapluie,Sablier,Réveil,Cadeau,Ampoule,Livre,Crayon,Trombone,Ciseaux,Cadenas,Clé,Marteau,Téléphone,Drapeau,Train,Vélo,Avion,Fusée,Trophée,Ballon,Guitare,Trompette,Cloche,Ancre,Casque audio,Dossier,Punaise`.split(
    ',',
  );
