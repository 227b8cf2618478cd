/** Mots de récupération : noms courants, sans accents difficiles, bien distincts. */
export const words = `
palmier pont lune pain clef plage olive lanterne cheval pluie livre ruisseau arbre montagne colline mer fleuve nuage vent soleil astre
ciel terre sable pierre argile or argent cuivre fer bois papier crayon encre cahier porte volet mur toit escalier maison tente palais
tour place route verger champ riz lentille haricot oignon ail carotte concombre melon grenade pomme raisin figue abricot orange citron
banane datte miel lait fromage beurre sel sucre tasse eau jus cuillère assiette verre cruche marmite couteau table chaise lit coussin
tapis rideau lampe bougie feu cendre chemise robe manteau turban bague bracelet collier soulier ceinture mouchoir fil aiguille ciseaux
tissu laine coton soie chameau mouton bouc vache taureau poney lapin gazelle lion tigre loup renard singe chat chien ours oiseau colombe
faucon aigle rossignol canard coq perroquet poisson baleine tortue grenouille fourmi abeille papillon docteur menuisier forgeron
boulanger tailleur berger fermier chasseur marin chauffeur poète juge gardien marchand soldat roi reine voisin ami frère soeur enfant
oeil oreille nez bouche dent langue main doigt épaule dos coeur genou pied cheveu navire barque voile ancre rame port île désert oasis
puits source cascade lac plaine grotte roche éclair tonnerre neige brume aube matin midi soir nuit jour mois automne hiver rose jasmin
basilic menthe thym ambre perle corail rubis tambour trompette cloche horloge balance miroir coffre panier sac parapluie carte
boussole roue charrette train craie règle bambou jardin fontaine musée théâtre violon échelle marteau clou scie brosse seau corde plume
poivre courge pêche prune cerise noix amande sapin fougère mousse trèfle tulipe lavande cannelle moulin grange sentier falaise
étoile village fenêtre bateau cabane chemin rivière forêt prairie berceau tiroir bouton ruban dentelle balcon grenier cuisine valise
timbre journal lettre colis ballon toupie guitare flocon givre torrent galet coquille`
  .trim()
  .split(/\s+/);
