"""Reports of the demo evening that are not in English, by kind of reporter."""

# ruff: noqa: RUF001  # letters of other alphabets are what this file is for

from typing import Final

from service.demo.evening_scene import Scene

FOREIGN: Final[dict[str, tuple[tuple[str, Scene], ...]]] = {
    "rural_resident": (
        (
            "Polish",
            Scene(
                "hate_incident",
                1,
                ("Sąsiedzi codziennie krzyczą, że mamy wracać do siebie. Boimy się wychodzić wieczorem.",),
                {"happening": "ongoing", "hate": "yes"},
            ),
        ),
        (
            "Polish",
            Scene(
                "asb_nuisance",
                1,
                ("Grupa młodych ludzi niszczy ławki przy placu zabaw, prawie każdego wieczoru.",),
                {"happening": "ongoing"},
            ),
        ),
        (
            "Portuguese",
            Scene(
                "burglary_business",
                1,
                ("Roubaram ferramentas da oficina durante a noite e cortaram o cadeado.",),
                {"happening": "last_24h"},
            ),
        ),
        (
            "Romanian",
            Scene(
                "asb_personal",
                1,
                ("Cineva aruncă pietre în geamul nostru în fiecare seară, doar la noi.",),
                {"happening": "ongoing", "targeted": "yes"},
            ),
        ),
    ),
    "taxi_driver": (
        (
            "Punjabi",
            Scene(
                "vawg_public",
                1,
                ("ਇੱਕ ਆਦਮੀ ਔਰਤਾਂ ਦਾ ਪਿੱਛਾ ਕਰ ਰਿਹਾ ਸੀ, ਮੈਂ ਟੈਕਸੀ ਰੋਕ ਕੇ ਉਡੀਕ ਕੀਤੀ।",),
                {"happening": "last_24h"},
            ),
        ),
        (
            "Urdu",
            Scene(
                "hate_incident",
                1,
                ("مسافروں نے مجھے گالیاں دیں اور کرایہ دینے سے انکار کر دیا۔",),
                {"happening": "last_24h", "hate": "yes"},
            ),
        ),
    ),
    "venue": (
        (
            "Polish",
            Scene(
                "spiking_drink",
                1,
                ("Klientka nagle źle się poczuła po jednym drinku, koleżanki są z nią.",),
                {"happening": "now"},
            ),
        ),
        (
            "Turkish",
            Scene(
                "alcohol_disorder",
                1,
                ("Üç kişi dükkânın camını kırdı ve çalışanlara küfür etti.",),
                {"happening": "last_24h"},
            ),
        ),
    ),
    "care_worker": (
        (
            "Bulgarian",
            Scene(
                "ms_care_sector",
                1,
                ("Работим по седемдесет часа седмично, а ни плащат само за четиридесет.",),
                {"happening": "ongoing"},
            ),
        ),
        (
            "Romanian",
            Scene(
                "ms_care_sector",
                1,
                ("Ne-au luat pașapoartele și nu ne plătesc orele suplimentare. Mi-e teamă să vorbesc.",),
                {"happening": "ongoing", "victim_wants_help": "yes"},
            ),
        ),
        (
            "Urdu",
            Scene(
                "ms_care_sector",
                1,
                ("میرا پاسپورٹ مالک کے پاس ہے اور وہ کہتے ہیں کہ ویزا منسوخ کر دیں گے۔",),
                {"happening": "ongoing"},
            ),
        ),
    ),
}

MISCHIEF: Final = Scene(
    "other",
    1,
    ("asdf asdf asdf", "lol my mate is the one you want", "testing testing does anybody read these"),
)
"""What somebody sends for a laugh: taken, and graded, like everything else."""
