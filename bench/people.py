"""What a new person writes into the registration form."""


def form(email: str) -> dict[str, str]:
    return {
        "full_name": "Rosa Quispe",
        "email": email,
        "country": "PE",
        "timezone": "America/Lima",
        "language": "es",
        "organisation": "Cámara de Comercio de Arequipa",
        "initiative": "Clúster de Textiles de Arequipa",
        "sessions": "1",
        "code_of_conduct": "on",
    }
