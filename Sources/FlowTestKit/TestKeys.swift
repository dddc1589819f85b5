/// Private keys that were made for tests and protect nothing.
package enum TestKeys {
    /// RSA, 2048 bits, PKCS#8.
    package static let rsa = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCmqaPajDETYdoo
        N1p+u2iM/HmshJfQ3qHrCpuoRlif3DZysvLvLr3c63mF7xH2cumd13TgcQoj7YKO
        hQqcwulFnJbTBkvOCKgMmPZRaqMie5RqDnLhpiEwKfEXkyjPC/xC3lmTMGGR1iS9
        SuEsL5T1vEFMczXJa2qiG6XFFrmI4Isvp9iSq8UbSRTMZqFx4/G4BSxI8LYQ+T8w
        f3p2pAEkdeXEzYQUuLMM4ooOPUHKsApW3WBIU9q6RkJtNKMWtJinGDm17tD/kem8
        vnIg/TQt6RV+6NS5XgoCTG9xmyf9SliOQfjArsTvEDXWG5K36FMxnV8ziymuG9Nt
        yZCzYfoNAgMBAAECggEAJ8hVJkEyIr4IGPLznU5Ha+YFdkaVRaSrEmOvGckm9QvY
        DGOGZU0rQY2M7clOKJ2wAb8xNTUOdlqGwFXmHVrSW41AHGHDnQwIby9hFrildcD5
        gaJuzkm9YNWWKOo2AsxJ3D1etOmG1MzA6tVxr/4wqMLV9HWI2IpVQxpl5Miio5cQ
        hpczGcDTuTQagZzfhxrVWmRQ1rRHdw3bzfpuUU7Qv5GZnCNKQKIrY+245FIIW/n4
        OueTBX5JU6EOh4GdEEBSx9M3hLH1pd4MrjRJxLxsjXrEm9vKg6T8H3EBdEqaa9Xc
        XBQpeSWBGVPd4GrP7Q35qhBfLQrP8F1+JOt8+ujlqQKBgQDqLcO+SDlbjTMr57k/
        k2Z87tboNSXlcVF24/EX+QZ0TeimOs8mqs4mpe2gbDh9wQmkPrZN/Xaur34dsd9y
        VQXhOiqvNeddNZDs7dBkoVJnZHKu6xddFK2A3ZRLFrzHnSu7H9AKI6+MBKSjqhd4
        +/1SoXtMkTXzzesfzIoU3HTs9QKBgQC2MU6iur2IhzYXRka8CouSNqbF/mCnBzZD
        4JBcJ11ou2XHTVUid2n7P6jwnqk7nKhv12TT4sX8l0erGkSuh/vM4X7RdiZE2tXh
        AVUoJtm9kMqjjqDWsVO1ZeFN3t3j5qRubQAjNiKRxdm6exwt3UlZ+BVBbOIIxtjY
        aQOGv4GpuQKBgGwXF6S63Y6+jAIWAVGxDbtY2uVvssBHH90KtXvlO+9vDpW7y2YD
        rQf1yssjaKfS9EpVj/xLo/5ZjpLSSVsSl5YwLQeWj+ZcFTrnQitQsyJ6IN1QMgaK
        xtMWc559LkHM8CR9OJ+VfS/Z7MyGdDMpzPHZC3p6BDc2svKIjKu4XlgJAoGAWMxz
        bTDjC9YK8REZjLD/EcZ9RmcTKJWFR1P+SEwPZOphUuBILEJTb1e5uX07MojKN6id
        xf/zS4dYMPbenso8WcFWFDUntcuLDt2dabJ10cTuXwU3Myy+hd0gENoc/+T8I64Q
        sRjDhJUP56n1NA10oNsfUQIGsQxpyCB2zYgtZFECgYEA2bWnBV4c4Yc0YCZMSZcP
        wDUs96VX1NcfT27uCZvo6fBg93EDoRqtJj+lWaSx/UnZy7a2q1KnVgqELzuEYywM
        bOgOSfG/EnFKLGby1NeSkHFPI47NyjaO3RRptHbZC+jh40GXt2aNYKehfG2YxQ16
        pR1Adw+20l2zx8t5si4cVc8=
        -----END PRIVATE KEY-----
        """

    /// P-256, in the older form of elliptic curves.
    package static let ellipticCurve = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIMxLpnre+wM9qJvpREtyxQyOIF7gCkuyhryQyBhLFXURoAoGCCqGSM49
        AwEHoUQDQgAEjzo6lewyhh1FRC9DRROtUxIoNfd15PlksSbDoER1bNwcDThmz9nS
        k1a0d4h5/8f9BzrXOVzAmWRPLqPOGM7ncA==
        -----END EC PRIVATE KEY-----
        """
}
