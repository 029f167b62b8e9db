"""The names that columns were seen under, folded and without punctuation or what stands in brackets."""

from __future__ import annotations

from registrations.platforms.rows import Meaning

# meaning → language → names; "" where several languages write it so.
WORDS: dict[Meaning, dict[str, str]] = {
    Meaning.NAME: {
        "en": "name|full name|fullname|user name|display name|attendee name|participant|participant name|attendee",
        "es": "nombre|nombre completo|nombre de usuario|nombre y apellido|nombre y apellidos|nombres y apellidos"
        "|nombre del participante|participante|asistente|nombre para mostrar",
        "pt": "nome|nome completo|nome do usuario|nome de usuario|nome do participante|nome de exibicao",
        "fr": "nom|nom complet|nom d utilisateur|nom et prenom|prenom et nom|nom du participant|nom d affichage",
    },
    Meaning.GIVEN: {
        "en": "first name|given name|given names",
        "es": "nombres|primer nombre|nombre de pila",
        "pt": "primeiro nome",
        "fr": "prenom|prenoms",
    },
    Meaning.FAMILY: {
        "en": "last name|family name|family names|surname",
        "es": "apellido|apellidos",
        "pt": "sobrenome|sobrenomes|ultimo nome|apelido",
        "fr": "nom de famille",
    },
    Meaning.EMAIL: {
        "": "email|e mail|mail",
        "en": "user email|attendee email|email address|e mail address",
        "es": "correo electronico|correo|e mail del usuario|correo electronico del usuario"
        "|direccion de correo electronico|direccion de correo",
        "pt": "e mail do usuario|email do usuario|endereco de e mail|endereco de email|correio eletronico",
        "fr": "adresse e mail|adresse email|courriel|adresse electronique|e mail de l utilisateur|adresse courriel",
    },
    Meaning.ACCOUNT: {
        "en": "participant id|participantid|user id",
        "es": "id de participante|id del participante",
        "pt": "id do participante",
        "fr": "id du participant|id participant",
    },
    Meaning.ROLE: {"en": "role|attendee type", "es": "rol|funcion", "pt": "funcao|papel", "fr": "role de participant"},
    Meaning.JOINED: {
        "en": "join time|time joined|joined|joined at|arrival|arrival time",
        "es": "hora de entrada|hora para unirse|hora de union|hora de ingreso|hora de llegada|entrada|ingreso|hora",
        "pt": "ingressar na hora|horario de entrada|hora de ingresso|entrou em",
        "fr": "heure d arrivee|heure d entree|arrivee|heure de connexion|rejoint a",
    },
    Meaning.LEFT: {
        "en": "leave time|time exited|left|left at|time left|exit time|departure time",
        "es": "hora de salida|hora para salir|salida",
        "pt": "hora de saida|horario de saida|saida|saiu em",
        "fr": "heure de depart|heure de sortie|depart|sortie|heure de deconnexion",
    },
    Meaning.FIRST_JOINED: {
        "en": "first join|first joined|first join time",
        "es": "primera entrada|primera union|primer ingreso|primera vez que se unio",
        "pt": "primeira entrada|primeiro ingresso",
        "fr": "premiere entree|premiere connexion|premiere participation|premiere arrivee",
    },
    Meaning.LAST_LEFT: {
        "en": "last leave|last left|last leave time",
        "es": "ultima salida|ultimo abandono|ultima desconexion",
        "pt": "ultima saida",
        "fr": "derniere sortie|dernier depart|derniere deconnexion",
    },
    Meaning.DURATION: {
        "en": "duration|total duration|in meeting duration|attendance duration|time in session|time in meeting",
        "es": "duracion|duracion total|duracion de la reunion|tiempo en la sesion|duracion en la reunion"
        "|duracion de la asistencia",
        "pt": "duracao|duracao total|duracao da reuniao|tempo na sessao|duracao na reuniao|duracao da participacao",
        "fr": "duree|duree totale|duree de la reunion|duree de presence|duree dans la reunion|temps dans la session",
    },
    Meaning.WAITING: {
        "en": "in waiting room",
        "es": "en sala de espera|en la sala de espera",
        "pt": "na sala de espera|em sala de espera",
        "fr": "en salle d attente|dans la salle d attente",
    },
    Meaning.ROOM: {
        "en": "session name|breakout room",
        "es": "nombre de la sesion|nombre de sesion",
        "pt": "nome da sessao",
        "fr": "nom de la session|nom de session",
    },
    Meaning.ATTENDED: {
        "en": "attended|present",
        "es": "asistio|asistencia|presente",
        "pt": "participou|compareceu|presenca",
        "fr": "a participe|participe|present e|presence",
    },
    Meaning.SIGNATURE: {"en": "signature|signed", "es": "firma", "pt": "assinatura", "fr": "emargement"},
    Meaning.ACTION: {
        "en": "user action|action",
        "es": "accion del usuario|accion|actividad",
        "pt": "atividade|acao do usuario|acao",
        "fr": "action de l utilisateur|activite",
    },
    Meaning.MOMENT: {
        "en": "timestamp",
        "es": "marca de tiempo|marca temporal|fecha y hora",
        "pt": "carimbo de data hora|data e hora|carimbo de data e hora",
        "fr": "horodatage|date et heure",
    },
    Meaning.MOMENT_UTC: {"en": "utceventtimestamp|utc event timestamp"},
    Meaning.HOST_NAME: {
        "en": "host|host name",
        "es": "anfitrion|nombre del anfitrion",
        "pt": "anfitriao|nome do anfitriao",
        "fr": "hote|animateur|nom de l hote",
    },
    Meaning.HOST_EMAIL: {
        "en": "host email",
        "es": "correo electronico del anfitrion|e mail del anfitrion",
        "pt": "e mail do anfitriao|email do anfitriao",
        "fr": "e mail de l hote|adresse e mail de l hote",
    },
    Meaning.MEETING: {
        "en": "topic|meeting id|webinar id|id|meeting name|meeting title",
        "es": "tema|id de reunion|id de la reunion|id del seminario web|nombre de la reunion|titulo de la reunion",
        "pt": "topico|id da reuniao|id do webinar|nome da reuniao|titulo da reuniao",
        "fr": "sujet|id de reunion|id de la reunion|id du webinaire|nom de la reunion|titre de la reunion",
    },
    Meaning.REGISTERED: {
        "en": "registration time|approval status|registration id|registered at|registration date",
        "es": "hora de registro|hora de inscripcion|estado de aprobacion|fecha de registro|fecha de inscripcion",
        "pt": "hora de inscricao|hora da inscricao|horario de inscricao|hora do registro|status de aprovacao"
        "|data de inscricao",
        "fr": "heure d inscription|date d inscription|etat d approbation|statut d approbation",
    },
    Meaning.KNOWN: {
        "en": "guest|is guest|recording consent|country region name|connection type|user agent|useragent|sessionid"
        "|meeting start time|meeting end time|start time|end time|participants|actual start time|actual duration"
        "|recording disclaimer response|organization|company|phone|source name",
        "es": "invitado|es invitado|respuesta al descargo de responsabilidad relativa a la grabacion"
        "|nombre de pais region|hora de inicio|hora de finalizacion|participantes|duracion real|hora de inicio real"
        "|organizacion|empresa|telefono",
        "pt": "convidado|e convidado|consentimento de gravacao|nome do pais regiao|hora de inicio da reuniao"
        "|hora de termino|participantes atendidos|organizacao|horario de inicio|horario de termino",
        "fr": "invite|est invite|consentement a l enregistrement|nom du pays region|heure de debut|heure de fin"
        "|nombre de participants|organisation|entreprise",
    },
}
# The next layout will name its columns otherwise: words by whose beginnings a time, a length, an address and a name are
# known when the whole name is not. The first that fits is taken.
STEMS: tuple[tuple[Meaning, str], ...] = (
    (Meaning.WAITING, r"waiting room|sala de espera|salle d attente"),
    (Meaning.KNOWN, r"\b(?:start|inicio|debut|end\b|fin\b|termino|registr|inscri|countr|pais|pays|url|link|enlace)|\?"),
    (Meaning.EMAIL, r"\b(?:e mail|email|correo|courriel|mail)"),
    (Meaning.JOINED, r"\b(?:join|entrada|ingres|union|unir|arriv|llegada|chegada|connexion|entree)"),
    (Meaning.LEFT, r"\b(?:leave|left|exit|salida|saida|depart|sortie|salir|sair|deconnexion)"),
    (Meaning.DURATION, r"\b(?:durac|duration|duree|time in|tiempo en|tempo na|tempo em|minutes|minutos)"),
    (Meaning.KNOWN, r"\b(?:meeting|reunion|reuniao|webinar|file|archivo)"),
    (Meaning.NAME, r"\b(?:name|nombre|nome|nom|participant|participante|attendee|asistente)\b"),
)
